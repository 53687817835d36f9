/**
 * The symbolic half of a sparse LDL': order, elimination tree and column counts. It depends on the pattern
 * alone and is done once for all the factorizations of a solve.
 *
 * Elimination tree: Liu, "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl.
 * 11 (1990).
 */
import type { SparseMatrix } from '../../domain/index.ts';

export interface Elimination {
  readonly n: number;
  /** order[k] is the index, in the caller's matrix, of pivot k. */
  readonly order: Int32Array;
  /** The permuted upper triangle: column k holds rows <= k, unsorted. */
  readonly columnStart: Int32Array;
  readonly rowIndex: Int32Array;
  /** Entry p of the caller's matrix stands at position[p] of the permuted one. */
  readonly position: Int32Array;
  /** Parent in the elimination tree, -1 at a root. Pivots are in postorder. */
  readonly parent: Int32Array;
  /** Entries of each column of L below its diagonal. */
  readonly count: Int32Array;
  /** Their sum. */
  readonly fill: number;
}

/**
 * @param upper upper triangle (row <= column) of a symmetric matrix
 * @param order a fill-reducing order of it, for example `minimumDegreeOrder(upper)`
 */
export function analyze(upper: SparseMatrix, order: Int32Array): Elimination {
  const first = permuteUpper(upper, order);
  const after = postorder(eliminationTree(first));
  const final = after.map((k) => order[k] as number);
  const permuted = permuteUpper(upper, final);
  const parent = eliminationTree(permuted);
  const count = columnCounts(permuted, parent);
  let fill = 0;
  for (const c of count) fill += c;
  return { n: upper.columnCount, order: final, ...permuted, parent, count, fill };
}

interface Permuted {
  readonly columnStart: Int32Array;
  readonly rowIndex: Int32Array;
  readonly position: Int32Array;
}

function permuteUpper(upper: SparseMatrix, order: Int32Array): Permuted {
  const n = upper.columnCount;
  const inverse = new Int32Array(n);
  for (let k = 0; k < n; k++) inverse[order[k] as number] = k;
  const columnStart = new Int32Array(n + 1);
  for (let j = 0; j < n; j++) {
    const b = inverse[j] as number;
    for (let p = upper.columnStart[j] as number; p < (upper.columnStart[j + 1] as number); p++) {
      const a = inverse[upper.rowIndex[p] as number] as number;
      const column = Math.max(a, b);
      columnStart[column + 1] = (columnStart[column + 1] as number) + 1;
    }
  }
  for (let k = 0; k < n; k++)
    columnStart[k + 1] = (columnStart[k + 1] as number) + (columnStart[k] as number);
  const next = columnStart.slice();
  const size = upper.rowIndex.length;
  const rowIndex = new Int32Array(size);
  const position = new Int32Array(size);
  for (let j = 0; j < n; j++) {
    const b = inverse[j] as number;
    for (let p = upper.columnStart[j] as number; p < (upper.columnStart[j + 1] as number); p++) {
      const a = inverse[upper.rowIndex[p] as number] as number;
      const column = Math.max(a, b);
      const at = next[column] as number;
      next[column] = at + 1;
      rowIndex[at] = Math.min(a, b);
      position[p] = at;
    }
  }
  return { columnStart, rowIndex, position };
}

function eliminationTree(matrix: Permuted): Int32Array {
  const { columnStart, rowIndex } = matrix;
  const n = columnStart.length - 1;
  const parent = new Int32Array(n).fill(-1);
  const ancestor = new Int32Array(n).fill(-1);
  for (let k = 0; k < n; k++) {
    for (let p = columnStart[k] as number; p < (columnStart[k + 1] as number); p++) {
      let i = rowIndex[p] as number;
      while (i !== -1 && i < k) {
        const up = ancestor[i] as number;
        ancestor[i] = k;
        if (up === -1) parent[i] = k;
        i = up;
      }
    }
  }
  return parent;
}

/** Children before parents, each subtree together; k-th entry is the node that comes k-th. */
function postorder(parent: Int32Array): Int32Array {
  const n = parent.length;
  const child = new Int32Array(n).fill(-1);
  const sibling = new Int32Array(n).fill(-1);
  for (let i = n - 1; i >= 0; i--) {
    const up = parent[i] as number;
    if (up === -1) continue;
    sibling[i] = child[up] as number;
    child[up] = i;
  }
  const order = new Int32Array(n);
  const stack = new Int32Array(n);
  let done = 0;
  for (let root = 0; root < n; root++) {
    if (parent[root] !== -1) continue;
    let top = 0;
    stack[0] = root;
    while (top >= 0) {
      const i = stack[top] as number;
      const c = child[i] as number;
      if (c === -1) {
        order[done++] = i;
        top--;
      } else {
        child[i] = sibling[c] as number;
        stack[++top] = c;
      }
    }
  }
  return order;
}

/** Walks each row's subtree once: time in proportion to the entries of L. */
function columnCounts(matrix: Permuted, parent: Int32Array): Int32Array {
  const { columnStart, rowIndex } = matrix;
  const n = parent.length;
  const count = new Int32Array(n);
  const mark = new Int32Array(n).fill(-1);
  for (let k = 0; k < n; k++) {
    mark[k] = k;
    for (let p = columnStart[k] as number; p < (columnStart[k + 1] as number); p++) {
      let i = rowIndex[p] as number;
      while (mark[i] !== k) {
        count[i] = (count[i] as number) + 1;
        mark[i] = k;
        i = parent[i] as number;
      }
    }
  }
  return count;
}
