import { expect, it } from 'vitest';
import { useTestDatabase } from '../../test/support/postgres.ts';
import { eventsAfter, FIRST_EVENT, latestCursor } from './index.ts';

it('events are ordered by their transaction as a number, also where it gains a digit', async () => {
  const { database } = await useTestDatabase();
  // Transactions that are long over; as text, 999 would come after 1000.
  for (const tx of ['1000', '998', '1001', '999']) {
    await database.query(
      `INSERT INTO oms_event (firm_id, tx, kind, subject_id) VALUES ('F', ($1::text)::xid8, 'placement.changed', $1::text)`,
      [tx],
    );
  }
  const first = await eventsAfter(database, 'F', { cursor: FIRST_EVENT, limit: 2 });
  const cursor = first.at(-1)?.cursor ?? FIRST_EVENT;
  const rest = await eventsAfter(database, 'F', { cursor, limit: 10 });
  expect([...first, ...rest].map((event) => event.subjectId)).toEqual([
    '998',
    '999',
    '1000',
    '1001',
  ]);
  expect((await latestCursor(database, 'F')).tx).toBe('1001');
});
