/** Who is signed in and what they may do. */
import { z } from 'zod';
import { ACTIONS, ROLES } from '../../domain/index.ts';
import { instant } from './shapes.ts';

export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

export const action = z.enum(ACTIONS);
export type Action = z.infer<typeof action>;

export const sessionBody = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
});
export type SessionBody = z.infer<typeof sessionBody>;

export const session = z
  .object({
    user: z.object({
      userId: z.string(),
      username: z.string(),
      displayName: z.string(),
      roles: z.array(role),
    }),
    firmId: z.string(),
    permissions: z.array(action),
    /** Send it back in the `X-CSRF-Token` header of every POST, PUT, PATCH and DELETE. */
    csrfToken: z.string(),
    expiresAt: instant,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;
