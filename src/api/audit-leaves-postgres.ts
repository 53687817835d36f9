/** Leaf hashes of the audit log, for proofs. */
import type { Queryable } from '../db/index.ts';

/** The first `size` leaf hashes, hexadecimal, in the order of the log. */
export async function readLeafHashes(
  database: Queryable,
  size: number,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ readonly leaf_hash: string }>(
    'SELECT leaf_hash FROM audit_sequence WHERE seq <= $1 ORDER BY seq',
    [size],
  );
  return rows.map((row) => row.leaf_hash);
}
