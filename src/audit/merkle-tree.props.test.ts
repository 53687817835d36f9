import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  GrowingTree,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle-tree.ts';

const SIZE_MAX = 40;
const LEAVES = Array.from({ length: SIZE_MAX }, (_, i) =>
  leafHash(Buffer.from(`leaf ${String(i)}`)),
);
const ROOTS = Array.from({ length: SIZE_MAX + 1 }, (_, n) => rootOf(LEAVES.slice(0, n)));

function withBitFlipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('every tree of 0 to 40 leaves', () => {
  test('A1 every leaf is proven in, at its index only', () => {
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(LEAVES.slice(0, size), index);
        const claim = { index, treeSize: size, root: ROOTS[size] as Buffer };
        expect(verifyInclusion({ ...claim, leaf: LEAVES[index] as Buffer }, proof)).toBe(true);
        const other = LEAVES[(index + 1) % SIZE_MAX] as Buffer;
        expect(verifyInclusion({ ...claim, leaf: other }, proof)).toBe(false);
      }
    }
  });

  test('A2 every earlier tree is consistent with every later one', () => {
    for (let secondSize = 1; secondSize <= SIZE_MAX; secondSize += 1) {
      for (let firstSize = 1; firstSize <= secondSize; firstSize += 1) {
        const proof = consistencyProof(LEAVES.slice(0, secondSize), firstSize);
        const claim = {
          firstSize,
          firstRoot: ROOTS[firstSize] as Buffer,
          secondSize,
          secondRoot: ROOTS[secondSize] as Buffer,
        };
        expect(verifyConsistency(claim, proof)).toBe(true);
      }
    }
  });

  test('A3 any flipped bit fails', () => {
    const pair = fc
      .tuple(fc.integer({ min: 2, max: SIZE_MAX }), fc.nat(), fc.nat(), fc.nat())
      .map(([size, index, bit, node]) => ({ size, index: index % size, bit, node }));
    fc.assert(
      fc.property(pair, ({ size, index, bit, node }) => {
        const proof = inclusionProof(LEAVES.slice(0, size), index);
        const claim = {
          leaf: LEAVES[index] as Buffer,
          index,
          treeSize: size,
          root: ROOTS[size] as Buffer,
        };
        const bad = proof.map((hash, i) =>
          i === node % proof.length ? withBitFlipped(hash, bit) : hash,
        );
        expect(verifyInclusion(claim, bad)).toBe(false);
        expect(verifyInclusion({ ...claim, leaf: withBitFlipped(claim.leaf, bit) }, proof)).toBe(
          false,
        );
        expect(verifyInclusion({ ...claim, root: withBitFlipped(claim.root, bit) }, proof)).toBe(
          false,
        );
        const first = Math.max(1, index);
        const between = {
          firstSize: first,
          firstRoot: ROOTS[first] as Buffer,
          secondSize: size,
          secondRoot: ROOTS[size] as Buffer,
        };
        const consistency = consistencyProof(LEAVES.slice(0, size), first);
        expect(verifyConsistency(between, consistency)).toBe(true);
        const badConsistency = consistency.map((hash, i) =>
          i === node % consistency.length ? withBitFlipped(hash, bit) : hash,
        );
        expect(verifyConsistency(between, badConsistency)).toBe(false);
        const firstRoot = withBitFlipped(between.firstRoot, bit);
        expect(verifyConsistency({ ...between, firstRoot }, consistency)).toBe(false);
        const secondRoot = withBitFlipped(between.secondRoot, bit);
        expect(verifyConsistency({ ...between, secondRoot }, consistency)).toBe(false);
      }),
    );
  });

  test('A4 growing gives the root of the definition, also after a restart from its peaks', () => {
    let tree = new GrowingTree();
    for (let size = 0; size <= SIZE_MAX; size += 1) {
      expect(tree.root().equals(ROOTS[size] as Buffer)).toBe(true);
      tree = new GrowingTree(tree.size, tree.peaks);
      if (size < SIZE_MAX) tree.append(LEAVES[size] as Buffer);
    }
  });
});
