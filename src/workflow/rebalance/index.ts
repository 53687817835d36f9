export { accountFrontier } from './account-frontier.ts';
export type { AccountFrontier, AccountFrontierPoint } from './account-frontier.ts';
export { ENGINE_VERSION } from './engine-version.ts';
export { monitorAccounts } from './monitor-accounts.ts';
export type { MonitorRow } from './monitor-accounts.ts';
export { proposeRebalance } from './propose-rebalance.ts';
export type { ProgressListener, ProposeInput } from './propose-rebalance.ts';
export { AccountLots } from './sale-lots.ts';
export type { LotContext } from './sale-lots.ts';
