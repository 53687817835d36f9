/** New ids come from a port, so that a test or a replay can hand in its own. */
export interface IdGenerator {
  next(prefix: string): string;
}

/** `prefix-0000001`, `prefix-0000002`, …: for tests and replays. */
export class SequentialIds implements IdGenerator {
  #count = 0;
  next(prefix: string): string {
    this.#count += 1;
    return `${prefix}-${String(this.#count).padStart(7, '0')}`;
  }
}
