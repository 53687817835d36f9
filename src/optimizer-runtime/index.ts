export { encodeAccount } from './account-record.ts';
export type { AccountRecord, StartPrices } from './account-record.ts';
export type { BatchModel } from './batch-model.ts';
export { optimizeBatch } from './optimize-batch.ts';
export type { BatchAnswer, BatchOptions } from './optimize-batch.ts';
export { readAccountFile, writeAccountFile } from './account-file.ts';
