import { describe, expect, it } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import {
  isLive,
  nextStatus,
  ORDER_EVENTS,
  ORDER_STATUSES,
  settledStatus,
  statusAfter,
  type OrderEvent,
} from './order-status.ts';
import type { Quantity } from './units.ts';

const shares = (text: string): Quantity => Decimal.parse<'Quantity'>(text);

describe('order status table', () => {
  it('OS1 has the same events in every row', () => {
    for (const status of ORDER_STATUSES) {
      expect(Object.keys(nextStatus[status])).toEqual([...ORDER_EVENTS]);
    }
    expect(ORDER_STATUSES).toHaveLength(14);
  });

  it.each([
    ['a late fill after a cancel is booked', 'canceled', 'partialFill', 'canceled'],
    ['a fill overtakes the acknowledgement', 'sent', 'fill', 'filled'],
    [
      'a partial fill under a pending cancel counts',
      'pendingCancel',
      'partialFill',
      'pendingCancel',
    ],
    ['a lost link after sending is a state of its own', 'sent', 'loseContact', 'unknown'],
    ['an unknown order is never sent again', 'unknown', 'send', null],
    ['a status report resolves an unknown order', 'unknown', 'acknowledge', 'new'],
    ['an increase reopens a filled order', 'filled', 'replace', 'partiallyFilled'],
    ['an order not yet on the wire is taken back', 'pendingSend', 'requestCancel', 'canceled'],
  ] as const)('%s', (_name, status, event, expected) => {
    expect(statusAfter(status, event)).toBe(expected);
  });

  it('OS2 settles the open states by quantity and leaves the others alone', () => {
    expect(settledStatus('filled', shares('40'), shares('100'))).toBe('partiallyFilled');
    expect(settledStatus('partiallyFilled', shares('0'), shares('100'))).toBe('new');
    expect(settledStatus('new', shares('100'), shares('100'))).toBe('filled');
    expect(settledStatus('canceled', shares('40'), shares('100'))).toBe('canceled');
  });

  it('OS3 no event of ours leads out of unknown', () => {
    const ours: readonly OrderEvent[] = ['send', 'requestCancel', 'requestReplace', 'loseContact'];
    for (const event of ours) expect([null, 'unknown']).toContain(statusAfter('unknown', event));
  });

  it('a dead order comes to life only by a bust or an accepted increase of a filled one', () => {
    for (const status of ORDER_STATUSES.filter((candidate) => !isLive(candidate))) {
      for (const event of ORDER_EVENTS) {
        const next = statusAfter(status, event);
        if (next === null || !isLive(next)) continue;
        expect([status, event]).toSatisfy(
          (cell: readonly string[]) =>
            cell[0] === 'filled' && (cell[1] === 'bust' || cell[1] === 'replace'),
        );
      }
    }
  });
});
