export type { SessionStore, StoredSession } from './session-store.ts';
