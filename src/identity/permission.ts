/**
 * Who may do what: one typed table, default deny.
 *
 * Invariants:
 *   ID1  an action that is not in a role's row is refused.
 *   ID2  no role proposes, edits or releases and also approves or overrides.
 *   ID3  nobody holds two roles that together would break ID2.
 */
import { ACTIONS, ROLES, type Action, type Role } from '../domain/index.ts';

const READS = [
  'monitor.read',
  'run.read',
  'block.read',
  'allocation.read',
  'reconciliation.read',
  'audit.read',
  'rule.read',
  'schedule.read',
  'status.read',
] as const satisfies readonly Action[];

export const PERMISSIONS = {
  trader: [
    ...READS,
    'run.create',
    'run.submit',
    'order.edit',
    'order.hold',
    'run.release',
    'placement.cancel',
    'reconciliation.create',
    'schedule.write',
  ],
  compliance: [...READS, 'order.hold', 'order.approve', 'order.override'],
  portfolioManager: [
    ...READS,
    'run.create',
    'run.submit',
    'order.edit',
    'order.hold',
    'schedule.write',
  ],
  operations: [...READS, 'reconciliation.create'],
} as const satisfies Record<Role, readonly Action[]>;

/** Actions of the maker's side and of the checker's: no one person has both (ID2, ID3). */
export const MAKER_ACTIONS: readonly Action[] = [
  'run.create',
  'run.submit',
  'order.edit',
  'run.release',
];
export const CHECKER_ACTIONS: readonly Action[] = ['order.approve', 'order.override'];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** True when one of the roles holds the action. */
export function isPermitted(roles: readonly Role[], action: Action): boolean {
  return roles.some((role) => (PERMISSIONS[role] as readonly Action[]).includes(action));
}

/** Every action of the roles, in the order of the table. */
export function permissionsOf(roles: readonly Role[]): Action[] {
  return ACTIONS.filter((action) => isPermitted(roles, action));
}

/** Null when the roles may be held together; else the sentence that says why not. */
export function roleConflict(roles: readonly Role[]): string | null {
  const maker = MAKER_ACTIONS.find((action) => isPermitted(roles, action));
  const checker = CHECKER_ACTIONS.find((action) => isPermitted(roles, action));
  return maker === undefined || checker === undefined
    ? null
    : `${maker} and ${checker} are not held by one person`;
}
