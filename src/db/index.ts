export type { AuditWriter } from './audit-writer.ts';
export { judgeServer, probeServer, type ServerCapabilities } from './capabilities.ts';
export { homeDirectory } from './cluster-layout.ts';
export {
  openDatabase,
  type ConnectionTarget,
  type Database,
  type DatabaseOptions,
  type Queryable,
  type QueryResult,
  type Transaction,
  type TransactionOptions,
} from './database.ts';
export {
  migrate,
  MIGRATIONS_DIRECTORY,
  readMigrations,
  type Migration,
  type MigrationResult,
} from './migrations.ts';
export {
  discoverBinaries,
  type BinarySources,
  type PostgresBinaries,
} from './postgres-binaries.ts';
export {
  releaseLocalServer,
  startLocalServer,
  stopLocalServer,
  type LocalServer,
  type LocalServerOptions,
} from './postgres-server.ts';
export {
  dateOf,
  decimalOf,
  jsonParameter,
  nullableDecimalOf,
  parseTimestamp,
} from './row-types.ts';
export {
  ensureDatabase,
  openStore,
  quoteIdentifier,
  type Store,
  type StoreOptions,
} from './store.ts';
export {
  errorText,
  isRetryable,
  isUniqueViolation,
  sqlStateOf,
  StoreError,
} from './store-error.ts';
