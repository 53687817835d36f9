import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate } from '../kernel/index.ts';
import {
  identifier,
  type Execution,
  type Placement,
  type ReconciliationBreak,
} from '../domain/index.ts';
import { executionRecords, reconcile, type OurBooks, type TheirBooks } from './index.ts';

const DATE = parseCalendarDate('2026-06-15');
const quantity = fc.bigInt({ min: 1n, max: 99_999_999n }).map((c) => Decimal.of<'Quantity'>(c, 6));
const accountIds = ['A', 'B', 'C'] as const;
const symbols = ['AAA', 'BBB', 'CCC'] as const;

const books: fc.Arbitrary<OurBooks> = fc.record({
  executions: fc
    .array(
      fc.record({
        clientOrderId: fc
          .constantFrom('c1', 'c2')
          .map((id) => identifier<OurBooks['executions'][number]['clientOrderId']>(id)),
        symbol: fc
          .constantFrom(...symbols)
          .map((s) => identifier<OurBooks['positions'][number]['symbol']>(s)),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        quantity: fc.constantFrom('100', '100', '7.5').map((q) => Decimal.parse<'Quantity'>(q)),
        price: fc.constantFrom('10', '10.01').map((p) => Decimal.parse<'Price'>(p)),
        tradeDate: fc.constant(DATE),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((rows) => rows.map((row, i) => ({ ...row, brokerExecutionId: `e${i}` }))),
  positions: fc
    .tuple(
      ...accountIds.flatMap((a) => symbols.map((s) => quantity.map((q) => [a, s, q] as const))),
    )
    .chain((rows) => fc.subarray(rows, { minLength: 1 }))
    .map((rows) =>
      rows.map(([a, s, q]) => ({ accountId: identifier(a), symbol: identifier(s), quantity: q })),
    ),
  cash: fc
    .tuple(
      ...accountIds.map((a) => fc.bigInt({ min: -999n, max: 9_999n }).map((c) => [a, c] as const)),
    )
    .map((rows) =>
      rows.map(([a, c]) => ({ accountId: identifier(a), amount: Decimal.of<'Money'>(c, 2) })),
    ),
});

/** The other side's books when nothing is wrong, in another sequence and with other trailing zeros. */
function theirsOf(ours: OurBooks): TheirBooks {
  return {
    executions: ours.executions
      .map((line) => ({ ...line, price: line.price.round(8, 'halfEven'), tradeDate: DATE }))
      .reverse(),
    positions: ours.positions
      .map((line) => ({ ...line, quantity: line.quantity.round(9, 'halfEven') }))
      .reverse(),
    cash: [...ours.cash].reverse(),
  };
}

const breaksOf = (ours: OurBooks, theirs: TheirBooks): readonly ReconciliationBreak[] =>
  reconcile({ tradeDate: DATE, ours, theirs }).breaks;

const withoutIndex = <T>(items: readonly T[], index: number): T[] =>
  items.filter((_, i) => i !== index);
const changed = <T>(items: readonly T[], index: number, change: (item: T) => T): T[] =>
  items.map((item, i) => (i === index ? change(item) : item));

describe('reconcile', () => {
  it('R1: equal books give no break, and everything is matched', () => {
    fc.assert(
      fc.property(books, (ours) => {
        const report = reconcile({ tradeDate: DATE, ours, theirs: theirsOf(ours) });
        expect(report.breaks).toEqual([]);
        expect(report.matched).toEqual({
          executions: ours.executions.length,
          positions: ours.positions.length,
          cash: ours.cash.length,
        });
      }),
    );
  });

  it('R2: one change gives exactly the break that names it', () => {
    fc.assert(
      fc.property(books, fc.nat(), (ours, seed) => {
        const theirs = theirsOf(ours);
        const e = seed % theirs.executions.length;
        const p = seed % theirs.positions.length;
        const c = seed % theirs.cash.length;
        const line = theirs.executions[e];
        const position = theirs.positions[p];
        const cash = theirs.cash[c];
        const one = Decimal.parse<'Quantity'>('0.000001');
        const cases: [TheirBooks, Partial<ReconciliationBreak>][] = [
          [
            { ...theirs, executions: withoutIndex(theirs.executions, e) },
            {
              kind: 'executionMissingAtBroker',
              reference: line?.brokerExecutionId ?? '',
              right: null,
            },
          ],
          [
            {
              ...theirs,
              executions: changed(theirs.executions, e, (x) => ({
                ...x,
                quantity: x.quantity.plus(one),
              })),
            },
            {
              kind: 'executionDiffers',
              reference: line?.brokerExecutionId ?? '',
              difference: 'quantity',
            },
          ],
          [
            { ...theirs, positions: withoutIndex(theirs.positions, p) },
            {
              kind: 'positionMissingAtCustodian',
              accountId: position?.accountId ?? null,
              symbol: position?.symbol ?? null,
              difference: position?.quantity.toString() ?? '',
            },
          ],
          [
            {
              ...theirs,
              positions: changed(theirs.positions, p, (x) => ({
                ...x,
                quantity: x.quantity.plus(one),
              })),
            },
            {
              kind: 'positionDiffers',
              accountId: position?.accountId ?? null,
              difference: '-0.000001',
            },
          ],
          [
            {
              ...theirs,
              cash: changed(theirs.cash, c, (x) => ({
                ...x,
                amount: x.amount.plus(Decimal.parse('0.01')),
              })),
            },
            { kind: 'cashDiffers', accountId: cash?.accountId ?? null, difference: '-0.01' },
          ],
        ];
        for (const [other, expected] of cases) {
          const breaks = breaksOf(ours, other);
          expect(breaks).toHaveLength(1);
          expect(breaks[0]).toMatchObject(expected);
        }
      }),
    );
  });

  it('R2: a line that only they have is missing with us', () => {
    fc.assert(
      fc.property(books, (ours) => {
        const theirs = theirsOf(ours);
        const fewer = {
          ...ours,
          executions: withoutIndex(ours.executions, 0),
          positions: withoutIndex(ours.positions, 0),
        };
        expect(breaksOf(fewer, theirs).map((b) => b.kind)).toEqual([
          'executionMissingWithUs',
          'positionMissingWithUs',
        ]);
      }),
    );
  });

  it('R3: the same values under another id are two breaks, not a match', () => {
    fc.assert(
      fc.property(books, (ours) => {
        const theirs = theirsOf(ours);
        const renamed = changed(theirs.executions, 0, (line) => ({
          ...line,
          brokerExecutionId: 'zz',
        }));
        expect(breaksOf(ours, { ...theirs, executions: renamed }).map((b) => b.kind)).toEqual([
          'executionMissingAtBroker',
          'executionMissingWithUs',
        ]);
      }),
    );
  });

  it('R3: a fill that they list twice is one match and one break', () => {
    fc.assert(
      fc.property(books, (ours) => {
        const theirs = theirsOf(ours);
        const [first] = theirs.executions;
        const twice = {
          ...theirs,
          executions: first === undefined ? [] : [...theirs.executions, first],
        };
        const [found, ...others] = breaksOf(ours, twice);
        expect(others).toEqual([]);
        expect(found?.kind).toBe('executionMissingWithUs');
        expect(found?.reference).toBe(`${first?.brokerExecutionId ?? ''} (2)`);
      }),
    );
  });

  it('R4: the sequence of the lines changes neither the breaks nor their ids', () => {
    fc.assert(
      fc.property(books, books, (ours, others) => {
        const theirs = theirsOf(others);
        const turned = {
          executions: [...ours.executions].reverse(),
          positions: [...ours.positions].reverse(),
          cash: [...ours.cash].reverse(),
        };
        const report = reconcile({ tradeDate: DATE, ours, theirs });
        expect(reconcile({ tradeDate: DATE, ours: turned, theirs })).toEqual(report);
        const ids = report.breaks.map((b) => b.breakId);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('a tolerance is asked for, never assumed', () => {
    const cash = (text: string) => [
      { accountId: identifier<never>('A'), amount: Decimal.parse<'Money'>(text) },
    ];
    const side = (text: string) => ({ executions: [], positions: [], cash: cash(text) });
    const request = { tradeDate: DATE, ours: side('10'), theirs: side('10.02') };
    expect(reconcile(request).breaks).toHaveLength(1);
    const tolerances = {
      quantity: Decimal.parse<'Quantity'>('0'),
      cash: Decimal.parse<'Money'>('0.02'),
    };
    expect(reconcile({ ...request, tolerances }).breaks).toEqual([]);
  });

  it('names a fill of ours by its order, and leaves out one whose placement is not known', () => {
    const placement = {
      placementId: 'p1',
      clientOrderId: 'c1',
      symbol: 'AAA',
      side: 'buy',
    } as never as Placement;
    const execution = (placementId: string) =>
      ({
        placementId,
        brokerExecutionId: 'e1',
        lastQuantity: Decimal.parse('5'),
        lastPrice: Decimal.parse('9'),
        tradeDate: DATE,
      }) as never as Execution;
    const records = executionRecords([execution('p1'), execution('p2')], [placement]);
    expect(
      records.map((r) => `${r.brokerExecutionId} ${r.clientOrderId} ${r.side} ${r.symbol}`),
    ).toEqual(['e1 c1 buy AAA']);
  });
});
