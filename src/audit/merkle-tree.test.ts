import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  emptyRoot,
  GrowingTree,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle-tree.ts';

// The reference vectors of Certificate Transparency (google/certificate-transparency,
// cpp/merkletree/merkle_tree_test.cc): eight leaves, every root, and selected proofs.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Buffer.from(hex, 'hex')));

const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hexOf = (nodes: readonly Buffer[]): string[] => nodes.map((node) => node.toString('hex'));

describe('published vectors', () => {
  test('the root of no leaves is the hash of nothing', () => {
    const expected = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(rootOf([]).toString('hex')).toBe(expected);
    expect(new GrowingTree().root().toString('hex')).toBe(expected);
  });

  test.each(ROOTS.map((root, i) => [i + 1, root] as const))('root of %i leaves', (size, root) => {
    expect(rootOf(LEAVES.slice(0, size)).toString('hex')).toBe(root);
    const tree = new GrowingTree();
    for (const leaf of LEAVES.slice(0, size)) tree.append(leaf);
    expect(tree.root().toString('hex')).toBe(root);
  });

  // Leaf from 1, as in the source.
  test.each([
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [3, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
    [
      2,
      5,
      [
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('inclusion of leaf %i in the tree of %i', (leaf, size, expected) => {
    expect(hexOf(inclusionProof(LEAVES.slice(0, size), leaf - 1))).toEqual(expected);
  });

  test.each([
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('consistency of %i with %i', (first, second, expected) => {
    expect(hexOf(consistencyProof(LEAVES.slice(0, second), first))).toEqual(expected);
  });
});

describe('edges', () => {
  const root = rootOf(LEAVES);

  test('nothing is proven from the empty tree, nor to a smaller one', () => {
    expect(() => consistencyProof(LEAVES, 0)).toThrow();
    expect(() => consistencyProof(LEAVES, 9)).toThrow();
    const empty = { firstSize: 0, firstRoot: emptyRoot(), secondSize: 8, secondRoot: root };
    expect(verifyConsistency(empty, [])).toBe(false);
    const shrunk = { firstSize: 8, firstRoot: root, secondSize: 7, secondRoot: root };
    expect(verifyConsistency(shrunk, [])).toBe(false);
  });

  test('equal sizes need equal roots and no proof', () => {
    const equal = { firstSize: 8, firstRoot: root, secondSize: 8, secondRoot: root };
    expect(verifyConsistency(equal, [])).toBe(true);
    expect(verifyConsistency(equal, [root])).toBe(false);
    expect(verifyConsistency({ ...equal, secondRoot: emptyRoot() }, [])).toBe(false);
  });

  test('an index beyond the tree, or a node too many, fails', () => {
    const proof = inclusionProof(LEAVES, 7);
    const claim = { leaf: LEAVES[7] as Buffer, index: 7, treeSize: 8, root };
    expect(verifyInclusion(claim, proof)).toBe(true);
    expect(verifyInclusion({ ...claim, index: 8 }, proof)).toBe(false);
    expect(verifyInclusion({ ...claim, index: -1 }, proof)).toBe(false);
    expect(verifyInclusion({ ...claim, index: 6.5 }, proof)).toBe(false);
    expect(verifyInclusion(claim, [...proof, root])).toBe(false);
    expect(verifyInclusion(claim, proof.slice(1))).toBe(false);
    expect(() => inclusionProof(LEAVES, 8)).toThrow();
  });
});
