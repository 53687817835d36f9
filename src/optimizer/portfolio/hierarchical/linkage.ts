/**
 * Agglomerative clustering, merge for merge as scipy.cluster.hierarchy.linkage does it: `single` by a spanning tree,
 * the others by chains of nearest neighbors (Muellner, "Modern hierarchical, agglomerative clustering algorithms",
 * 2011), ties to the lower index or to the chain's previous link, merges sorted by distance, stably, and the child
 * with the lower number first. The order of children decides the order of leaves, and with it the weights.
 */
import { assert } from '../../../kernel/index.ts';

export type Linkage = 'single' | 'complete' | 'average' | 'ward';

/** Clusters 0 to n - 1 are the items; merge m makes cluster n + m. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly distance: number;
  readonly size: number;
}

/**
 * @param distances n x n, symmetric, zero diagonal; not changed
 * @returns n - 1 merges, by ascending distance
 */
export function linkage(distances: Float64Array, size: number, method: Linkage): readonly Merge[] {
  assert(distances.length === size * size, 'distances are n x n');
  assert(distances.every(Number.isFinite), 'distances are finite');
  const raw = method === 'single' ? spanningTree(distances, size) : chains(distances, size, method);
  const order = Array.from(raw.keys()).sort((a, b) => {
    const difference = (raw[a] as RawMerge).distance - (raw[b] as RawMerge).distance;
    return difference === 0 ? a - b : difference;
  });
  return relabel(
    order.map((index) => raw[index] as RawMerge),
    size,
  );
}

/** Two items of the clusters that merge. */
interface RawMerge {
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

/** Prim's algorithm from item 0. */
function spanningTree(distances: Float64Array, n: number): readonly RawMerge[] {
  const merges: RawMerge[] = [];
  const nearest = new Float64Array(n).fill(Infinity);
  const isMerged = new Uint8Array(n);
  let x = 0;
  for (let k = 0; k < n - 1; k += 1) {
    isMerged[x] = 1;
    let y = -1;
    let least = Infinity;
    for (let i = 0; i < n; i += 1) {
      if (isMerged[i] === 1) continue;
      nearest[i] = Math.min(nearest[i] as number, distances[x * n + i] as number);
      if ((nearest[i] as number) < least) {
        y = i;
        least = nearest[i] as number;
      }
    }
    merges.push({ x, y, distance: least });
    x = y;
  }
  return merges;
}

function chains(
  distances: Float64Array,
  n: number,
  method: Exclude<Linkage, 'single'>,
): readonly RawMerge[] {
  const D = distances.slice();
  const sizes = new Float64Array(n).fill(1);
  const merges: RawMerge[] = [];
  const chain: number[] = [];
  while (merges.length < n - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((count) => count > 0));
    const merge = extendChain(D, sizes, chain);
    merges.push(merge);
    mergeInto(D, sizes, { ...merge, method });
  }
  return merges;
}

/** Follows nearest neighbors until two are each other's; takes both off the chain. */
function extendChain(D: Float64Array, sizes: Float64Array, chain: number[]): RawMerge {
  const n = sizes.length;
  for (let step = 0; step <= n; step += 1) {
    const x = chain.at(-1) as number;
    const previous = chain.at(-2);
    let y = previous ?? -1;
    let least = previous === undefined ? Infinity : (D[x * n + previous] as number);
    for (let i = 0; i < n; i += 1) {
      if (sizes[i] === 0 || i === x) continue;
      if ((D[x * n + i] as number) < least) {
        least = D[x * n + i] as number;
        y = i;
      }
    }
    if (y === previous) {
      chain.length -= 2;
      return { x: Math.min(x, y), y: Math.max(x, y), distance: least };
    }
    chain.push(y);
  }
  throw new Error('a chain of nearest neighbors ends within n steps');
}

interface MergeInto extends RawMerge {
  readonly method: Exclude<Linkage, 'single'>;
}

/** Cluster x is dropped, y becomes the union, and its distances follow Lance and Williams. */
function mergeInto(D: Float64Array, sizes: Float64Array, merge: MergeInto): void {
  const { x, y, distance, method } = merge;
  const n = sizes.length;
  const sizeX = sizes[x] as number;
  const sizeY = sizes[y] as number;
  sizes[x] = 0;
  sizes[y] = sizeX + sizeY;
  for (let i = 0; i < n; i += 1) {
    const sizeI = sizes[i] as number;
    if (sizeI === 0 || i === y) continue;
    const dx = D[i * n + x] as number;
    const dy = D[i * n + y] as number;
    let next: number;
    if (method === 'complete') next = Math.max(dx, dy);
    else if (method === 'average') next = (sizeX * dx + sizeY * dy) / (sizeX + sizeY);
    else {
      const t = 1 / (sizeX + sizeY + sizeI);
      next = Math.sqrt(
        (sizeI + sizeX) * t * dx * dx +
          (sizeI + sizeY) * t * dy * dy -
          sizeI * t * distance * distance,
      );
    }
    D[i * n + y] = next;
    D[y * n + i] = next;
  }
}

/** From items to cluster numbers, by union and find. */
function relabel(raw: readonly RawMerge[], n: number): readonly Merge[] {
  const parent = Int32Array.from({ length: 2 * n }, (_, i) => i);
  const sizes = new Float64Array(2 * n).fill(1);
  const rootOf = (item: number): number => {
    let root = item;
    while (parent[root] !== root) root = parent[root] as number;
    let at = item;
    while (parent[at] !== root) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  return raw.map(({ x, y, distance }, m) => {
    const a = rootOf(x);
    const b = rootOf(y);
    const size = (sizes[a] as number) + (sizes[b] as number);
    parent[a] = n + m;
    parent[b] = n + m;
    sizes[n + m] = size;
    return { left: Math.min(a, b), right: Math.max(a, b), distance, size };
  });
}
