/**
 * Fill-reducing order of a symmetric matrix by approximate minimum degree.
 *
 * The method of Amestoy, Davis and Duff, "An approximate minimum degree ordering algorithm", SIAM J. Matrix
 * Anal. Appl. 17 (1996): a quotient graph of variables and elements, degrees bounded from above by
 * |A_i| + |L_p| + sum |L_e \ L_p|, indistinguishable variables merged into one (found by hashing), elements
 * absorbed, also those that lie wholly inside the newest one. Ties fall to the lowest list position, so the
 * order depends on the pattern alone.
 *
 * Nodes joined to more than 10 sqrt(n) others are put last at once: they would be in almost every element and
 * cost time without changing the fill.
 */
import type { SparseMatrix } from '../../domain/index.ts';

const NONE = -1;

/** Working state: node i is a live variable (size > 0), an element (isElement), or absorbed into `parent`. */
class QuotientGraph {
  readonly n: number;
  list: Int32Array;
  free: number;
  readonly start: Int32Array;
  /** Length of a node's list; for a variable its first `elementCount` entries are elements. */
  readonly length: Int32Array;
  readonly elementCount: Int32Array;
  readonly size: Int32Array;
  readonly degree: Int32Array;
  readonly state: Uint8Array;
  readonly parent: Int32Array;
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly mark: Float64Array;
  stamp = 1;
  lowest = 0;
  eliminated = 0;
  readonly pivots: Int32Array;
  pivotCount = 0;
  readonly bucket: Int32Array;
  readonly bucketNext: Int32Array;
  readonly bucketOf: Int32Array;

  constructor(n: number, entryCount: number) {
    this.n = n;
    this.list = new Int32Array(Math.ceil(1.25 * entryCount) + 2 * n + 16);
    this.free = 0;
    const ints = (fill: number): Int32Array => new Int32Array(n).fill(fill);
    this.start = ints(0);
    this.length = ints(0);
    this.elementCount = ints(0);
    this.size = ints(1);
    this.degree = ints(0);
    this.state = new Uint8Array(n);
    this.parent = ints(NONE);
    this.head = new Int32Array(n + 1).fill(NONE);
    this.next = ints(NONE);
    this.previous = ints(NONE);
    this.mark = new Float64Array(n);
    this.pivots = ints(NONE);
    this.bucket = ints(NONE);
    this.bucketNext = ints(NONE);
    this.bucketOf = ints(0);
  }
}

const VARIABLE = 0;
const ELEMENT = 1;
const ABSORBED = 2;

/**
 * @param upper pattern of the upper triangle (row <= column) of a symmetric matrix; the diagonal is ignored
 * @returns `order[k]` is the node that comes k-th
 */
export function minimumDegreeOrder(upper: SparseMatrix): Int32Array {
  const graph = quotientGraph(upper);
  const late = setAsideDense(graph);
  for (let i = 0; i < graph.n; i++) if (graph.state[i] === VARIABLE) insertDegree(graph, i);
  while (graph.eliminated < graph.n - late.length) eliminateNext(graph);
  return flattened(graph, late);
}

function quotientGraph(upper: SparseMatrix): QuotientGraph {
  const n = upper.columnCount;
  const graph = new QuotientGraph(n, 2 * upper.rowIndex.length);
  const { length, start } = graph;
  const eachEdge = (visit: (i: number, j: number) => void): void => {
    for (let j = 0; j < n; j++) {
      for (let p = upper.columnStart[j] as number; p < (upper.columnStart[j + 1] as number); p++) {
        const i = upper.rowIndex[p] as number;
        if (i !== j) visit(i, j);
      }
    }
  };
  eachEdge((i, j) => {
    length[i] = (length[i] as number) + 1;
    length[j] = (length[j] as number) + 1;
  });
  let at = 0;
  for (let i = 0; i < n; i++) {
    start[i] = at;
    at += length[i] as number;
  }
  graph.free = at;
  const next = start.slice();
  eachEdge((i, j) => {
    graph.list[next[i] as number] = j;
    next[i] = (next[i] as number) + 1;
    graph.list[next[j] as number] = i;
    next[j] = (next[j] as number) + 1;
  });
  graph.degree.set(length);
  return graph;
}

/** Takes dense nodes out of the graph; they keep their place at the end of the order. */
function setAsideDense(graph: QuotientGraph): number[] {
  const limit = Math.max(16, 10 * Math.sqrt(graph.n));
  const late: number[] = [];
  for (let i = 0; i < graph.n; i++) {
    if ((graph.degree[i] as number) <= limit) continue;
    graph.state[i] = ABSORBED;
    graph.size[i] = 0;
    late.push(i);
  }
  return late.sort((a, b) => (graph.degree[a] as number) - (graph.degree[b] as number) || a - b);
}

function insertDegree(graph: QuotientGraph, i: number): void {
  const d = graph.degree[i] as number;
  const first = graph.head[d] as number;
  graph.next[i] = first;
  graph.previous[i] = NONE;
  if (first !== NONE) graph.previous[first] = i;
  graph.head[d] = i;
  if (d < graph.lowest) graph.lowest = d;
}

function removeDegree(graph: QuotientGraph, i: number): void {
  const after = graph.next[i] as number;
  const before = graph.previous[i] as number;
  if (after !== NONE) graph.previous[after] = before;
  if (before === NONE) graph.head[graph.degree[i] as number] = after;
  else graph.next[before] = after;
}

/** One pivot: a variable of least degree becomes an element, and its neighbors learn of it. */
function eliminateNext(graph: QuotientGraph): void {
  while (graph.head[graph.lowest] === NONE) graph.lowest++;
  const pivot = graph.head[graph.lowest] as number;
  removeDegree(graph, pivot);
  const pivotSize = graph.size[pivot] as number;
  graph.eliminated += pivotSize;
  graph.pivots[graph.pivotCount++] = pivot;
  // Members of the new element carry a negative size while it is being worked on.
  graph.size[pivot] = -pivotSize;
  let weight = buildElement(graph, pivot);
  countOutside(graph, pivot);
  weight = updateMembers(graph, pivot, weight);
  graph.degree[pivot] = weight;
  mergeTwins(graph, pivot);
  finishElement(graph, pivot, weight);
  graph.size[pivot] = pivotSize;
}

/** Joins the pivot's variables and the members of its elements into one list; returns its weight. */
function buildElement(graph: QuotientGraph, pivot: number): number {
  const { size, state, parent, start, length, elementCount } = graph;
  let room = (length[pivot] as number) - (elementCount[pivot] as number);
  for (let k = 0; k < (elementCount[pivot] as number); k++) {
    room += length[graph.list[(start[pivot] as number) + k] as number] as number;
  }
  if (graph.free + room > graph.list.length) compact(graph, room);
  const list = graph.list;
  const begin = graph.free;
  let end = begin;
  let weight = 0;
  const take = (from: number, count: number): void => {
    for (let p = from; p < from + count; p++) {
      const i = list[p] as number;
      const s = size[i] as number;
      if (s <= 0) continue;
      size[i] = -s;
      weight += s;
      list[end++] = i;
      removeDegree(graph, i);
    }
  };
  const own = start[pivot] as number;
  const elements = elementCount[pivot] as number;
  for (let k = 0; k < elements; k++) {
    const e = list[own + k] as number;
    take(start[e] as number, length[e] as number);
    state[e] = ABSORBED;
    parent[e] = pivot;
    length[e] = 0;
  }
  take(own + elements, (length[pivot] as number) - elements);
  state[pivot] = ELEMENT;
  start[pivot] = begin;
  length[pivot] = end - begin;
  elementCount[pivot] = 0;
  graph.free = end;
  return weight;
}

/** Moves live lists together at the front, and grows the store where even that leaves too little room. */
function compact(graph: QuotientGraph, room: number): void {
  const order: number[] = [];
  let total = 0;
  for (let i = 0; i < graph.n; i++) {
    if (graph.state[i] === ABSORBED || (graph.length[i] as number) === 0) continue;
    order.push(i);
    total += graph.length[i] as number;
  }
  order.sort((a, b) => (graph.start[a] as number) - (graph.start[b] as number));
  const needed = total + room + graph.n;
  const target = needed > graph.list.length ? new Int32Array(Math.ceil(1.2 * needed)) : graph.list;
  let at = 0;
  for (const i of order) {
    const from = graph.start[i] as number;
    const count = graph.length[i] as number;
    for (let k = 0; k < count; k++) target[at + k] = graph.list[from + k] as number;
    graph.start[i] = at;
    at += count;
  }
  graph.list = target;
  graph.free = at;
}

/** Sets mark[e] - stamp to the weight of element e outside the new element, for each e a member touches. */
function countOutside(graph: QuotientGraph, pivot: number): void {
  const { list, start, size, elementCount, degree, mark } = graph;
  graph.stamp += 2 * graph.n + 2;
  const stamp = graph.stamp;
  const end = (start[pivot] as number) + (graph.length[pivot] as number);
  for (let p = start[pivot] as number; p < end; p++) {
    const i = list[p] as number;
    const s = -(size[i] as number);
    const from = start[i] as number;
    for (let k = from; k < from + (elementCount[i] as number); k++) {
      const e = list[k] as number;
      if (graph.state[e] !== ELEMENT) continue;
      const known = mark[e] as number;
      mark[e] = (known >= stamp ? known : stamp + (degree[e] as number)) - s;
    }
  }
}

/** New degree bounds of the members; drops those with no other neighbor (they leave with the pivot). */
function updateMembers(graph: QuotientGraph, pivot: number, weightBefore: number): number {
  const { list, start, length, size, degree, state, parent, bucket, bucketNext, bucketOf } = graph;
  let weight = weightBefore;
  const end = (start[pivot] as number) + (length[pivot] as number);
  for (let p = start[pivot] as number; p < end; p++) {
    const i = list[p] as number;
    const s = -(size[i] as number);
    const outside = refreshLists(graph, i, pivot);
    if (outside === 0) {
      weight -= s;
      graph.eliminated += s;
      graph.size[pivot] = (size[pivot] as number) - s;
      state[i] = ABSORBED;
      parent[i] = pivot;
      size[i] = 0;
      length[i] = 0;
      continue;
    }
    degree[i] = Math.min(degree[i] as number, outside);
    const h = bucketOf[i] as number;
    bucketNext[i] = bucket[h] as number;
    bucket[h] = i;
  }
  return weight;
}

/** Rewrites the lists of one member (dead entries out, the new element in); returns its outside weight. */
function refreshLists(graph: QuotientGraph, i: number, pivot: number): number {
  const { list, start, length, elementCount, size, state, parent, mark, stamp } = graph;
  const from = start[i] as number;
  const elements = elementCount[i] as number;
  const end = from + (length[i] as number);
  let outside = 0;
  let hash = pivot;
  let at = from;
  for (let k = from; k < from + elements; k++) {
    const e = list[k] as number;
    if (state[e] !== ELEMENT) continue;
    const beyond = (mark[e] as number) - stamp;
    if (beyond > 0) {
      outside += beyond;
      hash += e;
      list[at++] = e;
    } else {
      // The element lies inside the new one: it says nothing more.
      state[e] = ABSORBED;
      parent[e] = pivot;
      length[e] = 0;
    }
  }
  const keptElements = at - from;
  // There is room for the new element: i was reached through an absorbed element or through the pivot itself.
  const variables: number = at;
  let write = variables;
  for (let k = from + elements; k < end; k++) {
    const j = list[k] as number;
    const s = size[j] as number;
    if (s <= 0) continue;
    outside += s;
    hash += j;
    list[write++] = j;
  }
  // Shift one variable to make the place of the new element, at the end of the elements.
  if (write > variables) list[write] = list[variables] as number;
  list[variables] = pivot;
  elementCount[i] = keptElements + 1;
  length[i] = write + 1 - from;
  graph.bucketOf[i] = hash % graph.n;
  return outside;
}

/** Merges members with equal lists: they would stay equal to the end. */
function mergeTwins(graph: QuotientGraph, pivot: number): void {
  const { list, start, length, bucket, bucketNext, bucketOf, size } = graph;
  // Beyond every mark that countOutside left.
  graph.stamp += graph.n + 1;
  const end = (start[pivot] as number) + (length[pivot] as number);
  for (let p = start[pivot] as number; p < end; p++) {
    const member = list[p] as number;
    if ((size[member] as number) >= 0) continue;
    const h = bucketOf[member] as number;
    let i = bucket[h] as number;
    bucket[h] = NONE;
    while (i !== NONE && bucketNext[i] !== NONE) {
      mergeInto(graph, i);
      i = bucketNext[i] as number;
    }
  }
}

/** Compares node i with those after it in its bucket. */
function mergeInto(graph: QuotientGraph, i: number): void {
  const { list, start, length, elementCount, size, state, parent, bucketNext, mark } = graph;
  const stamp = ++graph.stamp;
  const from = start[i] as number;
  const count = length[i] as number;
  for (let k = from; k < from + count; k++) mark[list[k] as number] = stamp;
  let before = i;
  let j = bucketNext[i] as number;
  while (j !== NONE) {
    const after = bucketNext[j] as number;
    let equal = length[j] === count && elementCount[j] === elementCount[i];
    const other = start[j] as number;
    for (let k = other; equal && k < other + count; k++) {
      equal = mark[list[k] as number] === stamp;
    }
    if (equal) {
      size[i] = (size[i] as number) + (size[j] as number);
      size[j] = 0;
      state[j] = ABSORBED;
      parent[j] = i;
      length[j] = 0;
      bucketNext[before] = after;
    } else {
      before = j;
    }
    j = after;
  }
}

/** Drops merged members from the element, makes sizes positive and files the members by their degree. */
function finishElement(graph: QuotientGraph, pivot: number, weight: number): void {
  const { list, start, length, size, degree } = graph;
  const from = start[pivot] as number;
  const end = from + (length[pivot] as number);
  let write = from;
  for (let p = from; p < end; p++) {
    const i = list[p] as number;
    if ((size[i] as number) >= 0) continue;
    const s = -(size[i] as number);
    size[i] = s;
    const left = graph.n - graph.eliminated - s;
    degree[i] = Math.max(0, Math.min((degree[i] as number) + weight - s, left));
    insertDegree(graph, i);
    list[write++] = i;
  }
  length[pivot] = write - from;
  if (write === from) graph.state[pivot] = ABSORBED;
  graph.free = write;
}

/** Pivots in their order, each followed by the nodes that left with it; dense nodes last. */
function flattened(graph: QuotientGraph, late: readonly number[]): Int32Array {
  const { n, parent, pivots, pivotCount } = graph;
  const place = new Int32Array(n).fill(NONE);
  for (let k = 0; k < pivotCount; k++) place[pivots[k] as number] = k;
  const isLate = new Uint8Array(n);
  for (const i of late) isLate[i] = 1;
  const group = new Int32Array(n);
  const start = new Int32Array(pivotCount + 1);
  for (let i = 0; i < n; i++) {
    if (isLate[i] === 1) continue;
    let root = i;
    while (place[root] === NONE) root = parent[root] as number;
    const k = place[root] as number;
    // Path compression keeps long merge chains linear.
    for (let v = i; v !== root;) {
      const up = parent[v] as number;
      parent[v] = root;
      v = up;
    }
    group[i] = k;
    start[k + 1] = (start[k + 1] as number) + 1;
  }
  for (let k = 0; k < pivotCount; k++)
    start[k + 1] = (start[k + 1] as number) + (start[k] as number);
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    if (isLate[i] === 1) continue;
    const k = group[i] as number;
    order[start[k] as number] = i;
    start[k] = (start[k] as number) + 1;
  }
  order.set(late, n - late.length);
  return order;
}
