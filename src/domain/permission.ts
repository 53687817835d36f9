/** Who can be in a firm, and everything that a person can be allowed to do: identity's table maps one to the other. */

export const ROLES = ['trader', 'compliance', 'portfolioManager', 'operations'] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = [
  'monitor.read',
  'run.read',
  'run.create',
  'run.submit',
  'order.edit',
  'order.hold',
  'order.approve',
  'order.override',
  'run.release',
  'block.read',
  'placement.cancel',
  'allocation.read',
  'reconciliation.read',
  'reconciliation.create',
  'audit.read',
  'rule.read',
  'schedule.read',
  'schedule.write',
  'status.read',
] as const;
export type Action = (typeof ACTIONS)[number];
