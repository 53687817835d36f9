/** Answers kept by idempotency key, in PostgreSQL. */
import type { Queryable } from '../db/index.ts';
import { jsonParameter } from '../db/index.ts';

export interface KeyOwner {
  readonly firmId: string;
  readonly userId: string;
  readonly key: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: number }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'inProgress' }
  | { readonly kind: 'otherRequest' };

/** After this long without an answer the first attempt is taken for dead. */
const CLAIM_SECONDS = 120;

/** Takes a key for a request, or says what became of the first request with it. */
export async function claimKey(
  database: Queryable,
  owner: KeyOwner,
  requestHash: string,
): Promise<Claim> {
  const values = [owner.firmId, owner.userId, owner.key, requestHash, CLAIM_SECONDS];
  const { rows } = await database.query<{ readonly attempt: number }>(
    `INSERT INTO idempotency_key AS k (firm_id, user_id, key, request_hash, claimed_until)
     VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
     ON CONFLICT (firm_id, user_id, key) DO UPDATE
       SET attempt = k.attempt + 1, claimed_until = now() + make_interval(secs => $5)
       WHERE k.request_hash = $4 AND k.status IS NULL AND k.claimed_until < now()
     RETURNING attempt`,
    values,
  );
  if (rows[0] !== undefined) return { kind: 'claimed', attempt: rows[0].attempt };
  const found = await database.query<{
    readonly request_hash: string;
    readonly status: number | null;
    readonly headers: Readonly<Record<string, string>> | null;
    readonly body: string | null;
  }>(
    `SELECT request_hash, status, headers, body FROM idempotency_key
      WHERE firm_id = $1 AND user_id = $2 AND key = $3`,
    [owner.firmId, owner.userId, owner.key],
  );
  const row = found.rows[0];
  if (row !== undefined && row.request_hash !== requestHash) return { kind: 'otherRequest' };
  if (row === undefined || row.status === null || row.body === null) return { kind: 'inProgress' };
  return {
    kind: 'answered',
    answer: { status: row.status, headers: row.headers ?? {}, body: row.body },
  };
}

/** Keeps the answer of an attempt; an attempt that was taken over keeps nothing. */
export async function saveAnswer(
  database: Queryable,
  owner: KeyOwner,
  kept: { readonly attempt: number; readonly answer: StoredAnswer },
): Promise<void> {
  await database.query(
    `UPDATE idempotency_key SET status = $5, headers = $6, body = $7
      WHERE firm_id = $1 AND user_id = $2 AND key = $3 AND attempt = $4 AND status IS NULL`,
    [
      owner.firmId,
      owner.userId,
      owner.key,
      kept.attempt,
      kept.answer.status,
      jsonParameter(kept.answer.headers),
      kept.answer.body,
    ],
  );
}

/** Gives a key back: the request was not carried out and may come again. */
export async function releaseKey(
  database: Queryable,
  owner: KeyOwner,
  attempt: number,
): Promise<void> {
  await database.query(
    `DELETE FROM idempotency_key
      WHERE firm_id = $1 AND user_id = $2 AND key = $3 AND attempt = $4 AND status IS NULL`,
    [owner.firmId, owner.userId, owner.key, attempt],
  );
}
