export { mergeImports, readCustodianFile } from './custodian-import.ts';
export { importToFirmDirectory } from './import-to-firm-directory.ts';
export type { FirmDirectoryImport } from './import-to-firm-directory.ts';
export type {
  ImportedAccount,
  ImportedCash,
  ImportedLot,
  ImportedPosition,
  ImportedRecords,
  ImportedSecurity,
  ImportedTransaction,
  ImportFormat,
  ImportReceipt,
} from './imported-records.ts';
