import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiWorld, type ApiWorld } from '../../../test/support/api-server.ts';
import { findRun } from '../runs/runs-postgres.ts';
import { createSchedule, sweepSchedules } from './schedule-sweep.ts';
import { listSchedules, listTriggers } from './schedules-postgres.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ households: 2 });
});
afterAll(() => world.close());

const EVERY_MINUTE = {
  actor: 'tara',
  rrule: 'FREQ=MINUTELY',
  timeZone: 'America/New_York',
  rebalanceKind: 'toBand',
  selection: 'triggered',
} as const;

/** Moves a schedule's creation and last look back, as if the server had been away. */
async function sleepThrough(minutes: number): Promise<void> {
  await world.db.database.query(
    `UPDATE rebalance_schedule SET created_at = now() - make_interval(mins => $1),
       checked_until = now() - make_interval(mins => $1)`,
    [minutes],
  );
}

describe('the schedule sweep', () => {
  it('L11 fires the last missed instant once, on many servers, with its triggers and its run', async () => {
    const { workflow } = world.server;
    const created = await createSchedule(workflow, {
      ...EVERY_MINUTE,
      name: 'every minute',
      startsRun: true,
    });
    expect(created.ok).toBe(true);
    await sleepThrough(5);
    await Promise.all([sweepSchedules(workflow), sweepSchedules(workflow)]);
    const { rows } = await world.db.database.query<{ run_id: string; trigger_count: number }>(
      'SELECT run_id, trigger_count FROM schedule_fire',
    );
    expect(rows).toHaveLength(1);
    const run = await findRun(workflow.database, 'demo', rows[0]?.run_id ?? '');
    expect(run).toMatchObject({ startedBy: 'system:scheduler', rebalanceKind: 'toBand' });
    const triggers = await listTriggers(workflow.database, 'demo', { offset: 0, limit: 1_000 });
    expect(triggers.total).toBe(rows[0]?.trigger_count);
    expect(triggers.total).toBeGreaterThan(0);
    await sweepSchedules(workflow);
    const [schedule] = await listSchedules(workflow.database, 'demo');
    expect(schedule?.lastFiredAt).not.toBeNull();
  });

  it('refuses a rule that cannot be read and a name that is taken', async () => {
    const { workflow } = world.server;
    const codeOf = async (change: object): Promise<string | undefined> => {
      const command = { ...EVERY_MINUTE, name: 'another', startsRun: false, ...change };
      const result = await createSchedule(workflow, command);
      return result.ok ? undefined : result.error[0]?.code;
    };
    expect(await codeOf({ rrule: 'EVERY DAY' })).toBe('SCHEDULE_RULE_INVALID');
    expect(await codeOf({ timeZone: 'Nowhere/Land' })).toBe('SCHEDULE_RULE_INVALID');
    expect(await codeOf({ name: 'every minute' })).toBe('SCHEDULE_NAME_TAKEN');
  });
});
