import type { UserId } from '../domain/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Role } from '../domain/index.ts';

/** A person who can sign in. */
export interface User {
  readonly userId: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export interface Session {
  readonly user: User;
  readonly csrfToken: string;
  readonly expiresAt: Instant;
}

/** A session just opened: the only moment at which its token exists outside the cookie. */
export interface OpenedSession extends Session {
  readonly token: string;
}
