export { FileSessionStore, type FileSessionStoreOptions } from './file-session-store.ts';
export {
  DamagedLogError,
  RecordLog,
  scanRecords,
  type RecordPlace,
  type ScannedLog,
} from './record-log.ts';
export { SessionDriver, type SendOutcome, type SessionDriverOptions } from './session-driver.ts';
export type { SessionStore, StoredSession } from './session-store.ts';
export { keepConnected, listen, type Acceptor, type Initiator } from './transport.ts';
