import type { NewAuditEntry } from '../domain/index.ts';
import type { Transaction } from './database.ts';

/**
 * Where stateful modules put their audit entries: in the transaction of the change itself, so that both
 * happen or neither. `audit` implements it; `oms`, `vault` and `workflow` are handed one.
 */
export interface AuditWriter {
  append(tx: Transaction, entry: NewAuditEntry): Promise<void>;
}
