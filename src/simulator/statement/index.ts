export { custodianCashLines, custodianPositionLines, writeCustodianFiles } from './statement.ts';
export type { CustodianFiles, CustodianState } from './statement.ts';
