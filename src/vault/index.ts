export {
  applyAllocation,
  type AccountState,
  type AllocationEffect,
  type AllocationInput,
  type RealizedLot,
} from './account-state.ts';
export { takeSnapshot, unpricedSymbols } from './snapshot.ts';
export {
  importBook,
  loadBook,
  recordAllocations,
  type AllocationsInput,
  type AllocationsReceipt,
  type ImportOptions,
  type ImportReceipt,
  type LoadOptions,
} from './vault-postgres.ts';
