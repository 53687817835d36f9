/** Open nodes, the one with the least bound first; ties to the one that was opened first. */

export interface OpenNode {
  readonly bound: number;
  /** Order of opening. */
  readonly sequence: number;
}

export class NodeQueue<N extends OpenNode> {
  readonly #heap: N[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Least bound of the open nodes; Infinity when there is none. */
  get bound(): number {
    return this.#heap[0]?.bound ?? Infinity;
  }

  push(node: N): void {
    const heap = this.#heap;
    heap.push(node);
    let i = heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i] as N, heap[parent] as N)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  pop(): N | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && isBefore(heap[child] as N, heap[least] as N)) least = child;
      }
      if (least === i) return first;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(i: number, k: number): void {
    const heap = this.#heap;
    const kept = heap[i] as N;
    heap[i] = heap[k] as N;
    heap[k] = kept;
  }
}

function isBefore(a: OpenNode, b: OpenNode): boolean {
  return a.bound < b.bound || (a.bound === b.bound && a.sequence < b.sequence);
}
