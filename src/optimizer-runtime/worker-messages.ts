/** What a batch and its threads tell each other. */
import type { SharedModel } from './batch-model.ts';

/** Sent by a thread once it listens: a thread that ends before could not start. */
export const READY = 'ready';

export interface WorkerInput {
  readonly model: SharedModel;
  readonly tolerance: number | null;
}

export interface Chunk {
  readonly chunkIndex: number;
  readonly accounts: readonly Uint8Array[];
}

/** Per account, in order: the answer's bytes, or why there is none. */
export interface ChunkAnswer {
  readonly chunkIndex: number;
  readonly answers: readonly AccountAnswer[];
}

export type AccountAnswer =
  | { readonly accountId: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly accountId: string | null; readonly fault: string };
