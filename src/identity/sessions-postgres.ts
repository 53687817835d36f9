/**
 * Sessions and the counters against guessing, in PostgreSQL.
 *
 *   ID4  a session ends when it is closed, after an hour without use, and after twelve hours at most.
 *   ID5  the database holds only the hash of a token.
 *   ID6  beyond the limit of failures in a window, a name or an address is refused without a look at
 *        the password.
 */
import { randomBytes } from 'node:crypto';
import { sha256, type Instant } from '../kernel/index.ts';
import { identifier, type UserId } from '../domain/index.ts';
import type { Queryable, Transaction } from '../db/index.ts';
import { isRole } from './permission.ts';
import type { OpenedSession, Session, User } from './user.ts';

const ABSOLUTE_HOURS = 12;
const IDLE_MINUTES = 60;
const WINDOW_MINUTES = 15;
export const FAILURES_PER_NAME_MAX = 10;
export const FAILURES_PER_ADDRESS_MAX = 50;

/** Opens a session for a person whose password was checked. */
export async function insertSession(
  tx: Transaction,
  firmId: string,
  user: User,
): Promise<OpenedSession> {
  const token = randomBytes(32).toString('base64url');
  const csrfToken = randomBytes(24).toString('base64url');
  const { rows } = await tx.query<{ readonly expires_at: Instant }>(
    `INSERT INTO user_session (firm_id, token_hash, user_id, csrf_token, expires_at)
     VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5)) RETURNING expires_at`,
    [firmId, sha256(token), user.userId, csrfToken, ABSOLUTE_HOURS],
  );
  await tx.query('DELETE FROM user_session WHERE firm_id = $1 AND expires_at < now()', [firmId]);
  return { user, token, csrfToken, expiresAt: rows[0]?.expires_at ?? ('' as Instant) };
}

interface SessionRow {
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly roles: readonly string[];
  readonly csrf_token: string;
  readonly expires_at: Instant;
}

/** The session of a cookie, if it is alive; renews its idle time. */
export async function findSession(
  database: Queryable,
  firmId: string,
  token: string,
): Promise<Session | null> {
  const { rows } = await database.query<SessionRow>(
    `UPDATE user_session s SET last_seen_at = now()
       FROM app_user u
      WHERE s.firm_id = $1 AND s.token_hash = $2 AND s.expires_at > now()
        AND s.last_seen_at > now() - make_interval(mins => $3)
        AND u.firm_id = s.firm_id AND u.user_id = s.user_id AND u.is_active
     RETURNING u.user_id, u.username, u.display_name, u.roles, s.csrf_token, s.expires_at`,
    [firmId, sha256(token), IDLE_MINUTES],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    user: {
      userId: identifier<UserId>(row.user_id),
      username: row.username,
      displayName: row.display_name,
      roles: row.roles.filter(isRole),
    },
    csrfToken: row.csrf_token,
    expiresAt: row.expires_at,
  };
}

export async function deleteSession(tx: Transaction, firmId: string, token: string): Promise<void> {
  await tx.query('DELETE FROM user_session WHERE firm_id = $1 AND token_hash = $2', [
    firmId,
    sha256(token),
  ]);
}

/** Counts one failure of a bucket and returns how many its window now holds. */
export async function countFailure(
  database: Queryable,
  firmId: string,
  bucket: string,
): Promise<number> {
  const { rows } = await database.query<{ readonly failures: number }>(
    `INSERT INTO login_bucket (firm_id, bucket, failures, window_start) VALUES ($1, $2, 1, now())
     ON CONFLICT (firm_id, bucket) DO UPDATE SET
       failures = CASE WHEN login_bucket.window_start < now() - make_interval(mins => $3)
                       THEN 1 ELSE login_bucket.failures + 1 END,
       window_start = CASE WHEN login_bucket.window_start < now() - make_interval(mins => $3)
                       THEN now() ELSE login_bucket.window_start END
     RETURNING failures`,
    [firmId, bucket, WINDOW_MINUTES],
  );
  return rows[0]?.failures ?? 0;
}

/** Failures of a bucket in its current window. */
export async function failuresOf(
  database: Queryable,
  firmId: string,
  bucket: string,
): Promise<number> {
  const { rows } = await database.query<{ readonly failures: number }>(
    `SELECT failures FROM login_bucket
      WHERE firm_id = $1 AND bucket = $2
        AND window_start >= now() - make_interval(mins => $3)`,
    [firmId, bucket, WINDOW_MINUTES],
  );
  return rows[0]?.failures ?? 0;
}

export async function clearFailures(
  tx: Transaction,
  firmId: string,
  bucket: string,
): Promise<void> {
  await tx.query('DELETE FROM login_bucket WHERE firm_id = $1 AND bucket = $2', [firmId, bucket]);
}
