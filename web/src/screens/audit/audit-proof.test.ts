import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rootOf } from './merkle.ts';
import { payloadDiff } from './payload-diff.ts';

const sha256 = (...parts: readonly Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (text: string): Buffer => sha256(Buffer.from([0]), Buffer.from(text));
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right);

/** RFC 6962 section 2.1, written out recursively: the tree's hash and the path of one leaf. */
function treeOf(leaves: readonly Buffer[], index: number): { root: Buffer; path: string[] } {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return { root: only, path: [] };
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const isLeft = index < split;
  const left = treeOf(leaves.slice(0, split), isLeft ? index : 0);
  const right = treeOf(leaves.slice(split), isLeft ? 0 : index - split);
  return {
    root: node(left.root, right.root),
    path: [...(isLeft ? left.path : right.path), (isLeft ? right.root : left.root).toString('hex')],
  };
}

describe('inclusion, checked in the browser', () => {
  it('leads every leaf of trees of 1 to 20 entries to their root, and no other leaf', async () => {
    for (let size = 1; size <= 20; size += 1) {
      const leaves = Array.from({ length: size }, (_, i) => leaf(`entry ${String(i)}`));
      for (let index = 0; index < size; index += 1) {
        const { root, path } = treeOf(leaves, index);
        const proof = {
          leafIndex: index,
          size,
          leafHash: leaves[index]?.toString('hex') ?? '',
          path,
        };
        expect(await rootOf(proof)).toBe(root.toString('hex'));
        expect(await rootOf({ ...proof, leafHash: leaf('forged').toString('hex') })).not.toBe(
          root.toString('hex'),
        );
      }
    }
  });

  it('refuses a path of the wrong length and a place outside the tree', async () => {
    const leaves = [leaf('a'), leaf('b'), leaf('c')];
    const { path } = treeOf(leaves, 0);
    const leafHash = leaves[0]?.toString('hex') ?? '';
    expect(await rootOf({ leafIndex: 0, size: 3, leafHash, path: path.slice(1) })).toBeNull();
    expect(
      await rootOf({ leafIndex: 0, size: 3, leafHash, path: [...path, path[0] ?? ''] }),
    ).toBeNull();
    expect(await rootOf({ leafIndex: 3, size: 3, leafHash, path })).toBeNull();
  });
});

describe('what an entry changed', () => {
  it('lists changed, added and removed fields by path', () => {
    expect(
      payloadDiff(
        { quantity: '16', lots: [{ id: 'a' }], gone: true },
        { quantity: '10', lots: [{ id: 'a' }, { id: 'b' }] },
      ),
    ).toEqual([
      { path: 'gone', before: 'true', after: null },
      { path: 'lots[1].id', before: null, after: 'b' },
      { path: 'quantity', before: '16', after: '10' },
    ]);
  });
});
