/** Where benches write and the report reads, and on what machine a result was measured. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';

/** Not committed. */
export const RESULT_FOLDER = join(import.meta.dirname, 'results');
/** Smoke runs keep to themselves: their figures say nothing and must not end up in a document. */
export const SMOKE_FOLDER = join(RESULT_FOLDER, 'smoke');
export const DOCUMENT_FOLDER = join(import.meta.dirname, '..', 'docs', 'benchmarks');

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly node: string;
  /** Mean number of busy processes over the minute before the bench began: well above 0 means other work. */
  readonly loadBefore: number;
  /** The bench as a whole. */
  readonly tookSeconds: number;
}

export function thisMachine(): Omit<Machine, 'tookSeconds'> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    loadBefore: loadavg()[0] ?? 0,
  };
}
