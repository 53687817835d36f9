/** The whole contract of the HTTP API: schemas and their types. The web client imports from here only. */
export * from './account.ts';
export * from './approval.ts';
export * from './audit.ts';
export * from './compliance.ts';
export * from './execution.ts';
export * from './live-event.ts';
export * from './monitor.ts';
export * from './order.ts';
export * from './reconciliation.ts';
export * from './run.ts';
export * from './session.ts';
export * from './shapes.ts';
export * from './status.ts';
