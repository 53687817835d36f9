export { SETTINGS_FILE, TABLES } from './columns.ts';
export type { Column, TableDefinition, TableName } from './columns.ts';
export { accountsAtFault, FIRM_DIRECTORY_FILES, readFirmDirectory } from './firm-directory.ts';
export type { FirmDirectoryReading } from './firm-directory.ts';
export { writeFirmDirectory } from './firm-directory-writer.ts';
export type { FirmDirectoryFiles } from './reading.ts';
export { SETTINGS } from './settings-definition.ts';
export type { SettingDefinition } from './settings-definition.ts';
