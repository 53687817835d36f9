import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHECKER_ACTIONS,
  isPermitted,
  MAKER_ACTIONS,
  PERMISSIONS,
  permissionsOf,
  roleConflict,
} from './permission.ts';
import { ACTIONS, ROLES } from '../domain/index.ts';

describe('the permission table', () => {
  it('ID1 grants what stands in a row and nothing else', () => {
    for (const role of ROLES) {
      const granted = new Set<string>(PERMISSIONS[role]);
      for (const action of ACTIONS) {
        expect(isPermitted([role], action)).toBe(granted.has(action));
      }
    }
    expect(permissionsOf([])).toEqual([]);
  });

  it('ID2 keeps every role on one side of an approval', () => {
    for (const role of ROLES) expect(roleConflict([role])).toBeNull();
  });

  it('ID3 finds every set of roles that would be on both sides', () => {
    fc.assert(
      fc.property(fc.subarray([...ROLES]), (roles) => {
        const isMaker = MAKER_ACTIONS.some((action) => isPermitted(roles, action));
        const isChecker = CHECKER_ACTIONS.some((action) => isPermitted(roles, action));
        expect(roleConflict(roles) !== null).toBe(isMaker && isChecker);
      }),
    );
  });
});
