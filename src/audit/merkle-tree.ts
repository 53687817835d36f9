/**
 * The Merkle tree of RFC 6962 (and RFC 9162, section 2.1): hashes, roots, proofs and their verification.
 * Written from the definitions of the standard; judged by the published vectors of Certificate
 * Transparency.
 *
 * Invariants (merkle-tree.props.test.ts):
 *   A1  every leaf of every tree has an inclusion proof that verifies, and no other leaf's.
 *   A2  every earlier tree has a consistency proof that verifies against every later one.
 *   A3  a proof, root or leaf with any bit changed does not verify.
 *   A4  appending leaf by leaf gives the same root as the definition over the whole list.
 */
import { createHash } from 'node:crypto';
import { assert } from '../kernel/index.ts';

/** 32 bytes. */
export type TreeHash = Buffer;

const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

/** H(0x00 ‖ data). */
export function leafHash(data: Uint8Array): TreeHash {
  return createHash('sha256').update(LEAF_PREFIX).update(data).digest();
}

/** H(0x01 ‖ left ‖ right). */
function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

/** The root of no leaves: the hash of nothing. */
export function emptyRoot(): TreeHash {
  return createHash('sha256').digest();
}

/** The largest power of two below n, n > 1: where RFC 6962 splits n leaves. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH of RFC 6962, section 2.1, over leaf hashes. */
export function rootOf(leaves: readonly TreeHash[]): TreeHash {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0] as TreeHash;
  const k = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/**
 * PATH of RFC 6962, section 2.1.1: what proves that leaf `index` (from 0) is in the tree of all leaves.
 *
 * @throws AssertionError if the index is outside the tree
 */
export function inclusionProof(leaves: readonly TreeHash[], index: number): readonly TreeHash[] {
  assert(
    Number.isInteger(index) && index >= 0 && index < leaves.length,
    'the leaf of a proof is in the tree',
  );
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return index < k
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - k), rootOf(left)];
}

/**
 * PROOF of RFC 6962, section 2.1.2: what proves that the tree of the first `size` leaves is a beginning of
 * the tree of all. Empty for equal sizes.
 *
 * @throws AssertionError unless 0 < size <= leaves.length: from the empty tree nothing is proven
 */
export function consistencyProof(leaves: readonly TreeHash[], size: number): readonly TreeHash[] {
  assert(
    Number.isInteger(size) && size > 0 && size <= leaves.length,
    'a consistency proof is from a tree that is not empty to one not smaller',
  );
  return subProof(leaves, size, true);
}

function subProof(leaves: readonly TreeHash[], size: number, isWhole: boolean): TreeHash[] {
  const n = leaves.length;
  if (size === n) return isWhole ? [] : [rootOf(leaves)];
  const k = splitOf(n);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return size <= k
    ? [...subProof(left, size, isWhole), rootOf(right)]
    : [...subProof(right, size - k, false), rootOf(left)];
}

export interface InclusionClaim {
  readonly leaf: TreeHash;
  /** From 0. */
  readonly index: number;
  readonly treeSize: number;
  readonly root: TreeHash;
}

/** RFC 9162, section 2.1.3.2. Proof nodes too many or too few fail. */
export function verifyInclusion(claim: InclusionClaim, proof: readonly TreeHash[]): boolean {
  const { leaf, index, treeSize, root } = claim;
  if (!isSize(treeSize) || !isSize(index) || index >= treeSize) return false;
  let fn = index;
  let sn = treeSize - 1;
  let r = leaf;
  for (const p of proof) {
    if (sn === 0 || p.length !== 32) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      r = nodeHash(r, p);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && r.equals(root);
}

export interface ConsistencyClaim {
  readonly firstSize: number;
  readonly firstRoot: TreeHash;
  readonly secondSize: number;
  readonly secondRoot: TreeHash;
}

/** RFC 9162, section 2.1.4.2. A first size of zero fails: everything is consistent with nothing. */
export function verifyConsistency(claim: ConsistencyClaim, proof: readonly TreeHash[]): boolean {
  const { firstSize, firstRoot, secondSize, secondRoot } = claim;
  if (!isSize(firstSize) || !isSize(secondSize)) return false;
  if (firstSize === 0 || firstSize > secondSize) return false;
  if (firstSize === secondSize) return proof.length === 0 && firstRoot.equals(secondRoot);
  if (proof.length === 0 || proof.some((node) => node.length !== 32)) return false;
  const isPowerOfTwo = splitOf(firstSize * 2) === firstSize;
  const [first, ...rest] = isPowerOfTwo ? [firstRoot, ...proof] : proof;
  let fn = firstSize - 1;
  let sn = secondSize - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let fr = first as TreeHash;
  let sr = first as TreeHash;
  for (const c of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(c, fr);
      sr = nodeHash(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, c);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** A tree that only grows, kept as the roots of its complete subtrees: 40 hashes for a trillion leaves. */
export class GrowingTree {
  #size: number;
  /** Largest first; their sizes are the binary digits of `size`. */
  readonly #peaks: TreeHash[];

  constructor(size = 0, peaks: readonly TreeHash[] = []) {
    assert(isSize(size) && peaks.length === bitCount(size), 'peaks are the digits of the size');
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly TreeHash[] {
    return this.#peaks;
  }

  append(leaf: TreeHash): void {
    let merged = leaf;
    // Trailing ones of the old size are complete subtrees that this leaf completes into larger ones.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      merged = nodeHash(this.#peaks.pop() as TreeHash, merged);
    }
    this.#peaks.push(merged);
    this.#size += 1;
  }

  root(): TreeHash {
    const last = this.#peaks.at(-1);
    if (last === undefined) return emptyRoot();
    return this.#peaks.slice(0, -1).reduceRight((root, peak) => nodeHash(peak, root), last);
  }
}

function bitCount(n: number): number {
  return n.toString(2).replaceAll('0', '').length;
}
