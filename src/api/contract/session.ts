/** Who is signed in and what they may do. */
import { z } from 'zod';
import { instant } from './shapes.ts';

export const ROLES = ['trader', 'compliance', 'portfolioManager', 'operations'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Everything that a person can be allowed to do. The permission table maps roles to these. */
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
export const action = z.enum(ACTIONS);
export type Action = z.infer<typeof action>;

export const sessionBody = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
});
export type SessionBody = z.infer<typeof sessionBody>;

export const session = z
  .object({
    user: z.object({
      userId: z.string(),
      username: z.string(),
      displayName: z.string(),
      roles: z.array(role),
    }),
    firmId: z.string(),
    permissions: z.array(action),
    /** Send it back in the `X-CSRF-Token` header of every POST, PUT, PATCH and DELETE. */
    csrfToken: z.string(),
    expiresAt: instant,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;
