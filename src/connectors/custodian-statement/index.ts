export {
  readBrokerStatement,
  readCustodianCash,
  readCustodianPositions,
  STATEMENT_TABLES,
  writeBrokerStatement,
  writeCustodianCash,
  writeCustodianPositions,
} from './custodian-statement.ts';
export type { StatementReading } from './custodian-statement.ts';
