/**
 * Checks in this browser that an entry is in the log: the inclusion proof of RFC 6962 section 2.1.1,
 * verified as RFC 9162 section 2.1.3.2 writes it. The server is not trusted for the answer.
 */

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1)
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(1 + left.length + right.length);
  joined[0] = 1;
  joined.set(left, 1);
  joined.set(right, 1 + left.length);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
}

export interface InclusionProof {
  /** Zero-based place of the leaf. */
  readonly leafIndex: number;
  readonly size: number;
  readonly leafHash: string;
  readonly path: readonly string[];
}

/** The root that the proof leads to, or null when the proof cannot fit a tree of that size. */
export async function rootOf(proof: InclusionProof): Promise<string | null> {
  if (proof.leafIndex < 0 || proof.leafIndex >= proof.size) return null;
  let position = BigInt(proof.leafIndex);
  let last = BigInt(proof.size - 1);
  let hash: Uint8Array<ArrayBuffer> = fromHex(proof.leafHash);
  for (const step of proof.path) {
    if (last === 0n) return null;
    const sibling = fromHex(step);
    if ((position & 1n) === 1n || position === last) {
      hash = await nodeHash(sibling, hash);
      while ((position & 1n) === 0n && position !== 0n) {
        position >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    position >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? toHex(hash) : null;
}
