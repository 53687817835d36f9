import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate, sum, type Instant } from '../kernel/index.ts';
import {
  identifier,
  type Block,
  type Execution,
  type ExecutionType,
  type Money,
  type Price,
  type Quantity,
} from '../domain/index.ts';
import { allocateExecutions, effectiveExecutions, totalsOf, verifyExecution } from './index.ts';

const DATE = parseCalendarDate('2026-06-15');
const CENT = Decimal.parse<'Money'>('0.01');

function blockOf(quantities: readonly Quantity[], side: 'buy' | 'sell' = 'buy'): Block {
  return {
    blockId: identifier('block-1'),
    symbol: identifier('AAA'),
    side,
    orderQuantity: sum(quantities),
    orderType: 'market',
    limitPrice: null,
    timeInForce: 'day',
    tradeDate: DATE,
    statement: quantities.map((quantity, i) => ({
      orderId: identifier(`o${String(i).padStart(3, '0')}`),
      accountId: identifier(`account-${i}`),
      quantity,
    })),
  };
}

interface Fill {
  readonly quantity: Quantity;
  readonly price: Price;
}

function executionOf(
  { quantity, price }: Fill,
  id: string,
  type: ExecutionType = 'trade',
  ref: string | null = null,
): Execution {
  return {
    executionId: identifier(`x-${id}`),
    placementId: identifier('p-1'),
    executingBroker: 'BROKER',
    brokerExecutionId: id,
    executionType: type,
    referenceExecutionId: ref,
    lastQuantity: quantity,
    lastPrice: price,
    transactTime: `2026-06-15T14:30:00.${id.padStart(3, '0').slice(-3)}Z` as Instant,
    tradeDate: DATE,
  };
}

const priceOf = fc.bigInt({ min: 1n, max: 99_999_999n }).map((c) => Decimal.of<'Price'>(c, 4));

interface Case {
  readonly step: Quantity;
  readonly block: Block;
  readonly executions: readonly Execution[];
  readonly commission: Money;
  readonly isFull: boolean;
}

/** Statements of whole steps, filled in part or in whole by several executions of whole steps. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    scale: fc.constantFrom(0, 2, 6),
    lines: fc.array(fc.bigInt({ min: 1n, max: 100_000n }), { minLength: 1, maxLength: 12 }),
    filled: fc.integer({ min: 1, max: 100 }),
    cuts: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }),
    prices: fc.array(priceOf, { minLength: 5, maxLength: 5 }),
    commission: fc.bigInt({ min: 0n, max: 9_999n }),
    side: fc.constantFrom('buy' as const, 'sell' as const),
  })
  .map(({ scale, lines, filled, cuts, prices, commission, side }) => {
    const total = lines.reduce((a, b) => a + b, 0n);
    const executed = filled === 100 ? total : (total * BigInt(filled)) / 100n;
    const marks = [0n, ...cuts.map((cut) => (executed * BigInt(cut)) / 100n), executed].sort(
      (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    );
    const executions = marks.slice(1).flatMap((mark, i) => {
      const quantity = mark - (marks[i] ?? 0n);
      const price = prices[i] as Price;
      return quantity === 0n
        ? []
        : [executionOf({ quantity: Decimal.of(quantity, scale), price }, String(i))];
    });
    return {
      step: Decimal.of<'Quantity'>(1n, scale),
      block: blockOf(
        lines.map((line) => Decimal.of<'Quantity'>(line, scale)),
        side,
      ),
      executions,
      commission: Decimal.of<'Money'>(commission, 2),
      isFull: executed === total,
    };
  });

const allocate = ({ block, executions, step, commission }: Case) =>
  allocateExecutions(block, executions, { instrumentStep: step, commission });

const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe('allocateExecutions', () => {
  it('A1, A2: shares, cents and commission add up exactly', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const allocations = allocate(given);
        const totals = totalsOf(effectiveExecutions(given.executions));
        // The notional again, by integers: sum of coefficients at the common scale.
        const notional = given.executions
          .map((e) => e.lastQuantity.coefficient * e.lastPrice.coefficient)
          .reduce((a, b) => a + b, 0n);
        const scale = given.step.scale + 4;
        const cents = Decimal.of<'Money'>(notional, scale).round(2, 'halfEven');
        expect(sum(allocations.map((a) => a.quantity)).equals(totals.quantity)).toBe(true);
        if (allocations.length === 0) return;
        expect(sum(allocations.map((a) => a.grossAmount)).equals(cents)).toBe(true);
        expect(sum(allocations.map((a) => a.commission)).equals(given.commission)).toBe(true);
        for (const a of allocations) {
          const expected =
            a.side === 'buy'
              ? a.grossAmount.plus(a.commission).negated()
              : a.grossAmount.minus(a.commission);
          expect(a.netAmount.equals(expected)).toBe(true);
        }
      }),
    );
  });

  it('A3, A7: never more than the line, always whole steps, within one step of the exact share', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const lines = new Map(given.block.statement.map((line) => [line.orderId, line.quantity]));
        const executed = totalsOf(effectiveExecutions(given.executions)).quantity;
        for (const { orderId, quantity } of allocate(given)) {
          const line = lines.get(orderId) as Quantity;
          expect(quantity.isAtMost(line)).toBe(true);
          expect(quantity.roundToMultiple(given.step, 'floor').equals(quantity)).toBe(true);
          // |quantity * ordered - executed * line| <= step * ordered, all at one scale.
          const ordered = given.block.orderQuantity.coefficient;
          const gap = quantity.coefficient * ordered - executed.coefficient * line.coefficient;
          expect((gap < 0n ? -gap : gap) < ordered).toBe(true);
        }
      }),
    );
  });

  it('A4: one average price, the exact mean to half a unit of the twelfth digit', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const allocations = allocate(given);
        const prices = new Set(allocations.map((a) => a.averagePrice.toString()));
        expect(prices.size).toBe(allocations.length === 0 ? 0 : 1);
        const totals = totalsOf(effectiveExecutions(given.executions));
        const [first] = allocations;
        if (first === undefined) return;
        const back = first.averagePrice.times(totals.quantity.as<'ratio'>()).as<'Money'>();
        const error = back.minus(totals.notional).abs();
        const bound = Decimal.parse('0.0000000000005').times(totals.quantity.as<'ratio'>());
        expect(error.isAtMost(bound.as<'Money'>())).toBe(true);
      }),
    );
  });

  it('A5, E1: neither the sequence of fills, nor repeats, nor that of the statement matters', () => {
    const arrangement = cases.chain((given) =>
      fc.tuple(
        fc.constant(given),
        shuffled([...given.executions, ...given.executions]),
        shuffled(given.block.statement),
      ),
    );
    fc.assert(
      fc.property(arrangement, ([given, executions, statement]) => {
        const other = { ...given, executions, block: { ...given.block, statement } };
        expect(allocate(other)).toEqual(allocate(given));
      }),
    );
  });

  it('A6: a full fill gives every account its line, whatever the lines and the step', () => {
    const odd = fc.array(
      fc.tuple(fc.bigInt({ min: 1n, max: 9_999_999n }), fc.integer({ min: 0, max: 6 })),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(odd, priceOf, (parts, price) => {
        const block = blockOf(parts.map(([c, scale]) => Decimal.of<'Quantity'>(c, scale)));
        const fills = [executionOf({ quantity: block.orderQuantity, price }, '1')];
        const options = {
          instrumentStep: Decimal.parse<'Quantity'>('1'),
          commission: Decimal.parse<'Money'>('0'),
        };
        const allocations = allocateExecutions(block, fills, options);
        expect(allocations.map((a) => a.quantity.toString())).toEqual(
          block.statement.map((line) => line.quantity.toString()),
        );
      }),
    );
  });

  it('A1, A3: lines and fills that mix whole and fractional shares are conserved and bounded too', () => {
    const odd = fc.record({
      lines: fc.array(fc.bigInt({ min: 1n, max: 9_999n }), { minLength: 1, maxLength: 8 }),
      percent: fc.integer({ min: 0, max: 100 }),
      price: priceOf,
    });
    fc.assert(
      fc.property(odd, ({ lines, percent, price }) => {
        const block = blockOf(lines.map((c) => Decimal.of<'Quantity'>(c, 2)));
        const total = lines.reduce((a, b) => a + b, 0n);
        const quantity = Decimal.of<'Quantity'>((total * BigInt(percent)) / 100n, 2);
        if (quantity.isZero()) return;
        const options = { instrumentStep: Decimal.parse<'Quantity'>('1'), commission: CENT };
        const allocations = allocateExecutions(
          block,
          [executionOf({ quantity, price }, '1')],
          options,
        );
        expect(sum(allocations.map((a) => a.quantity)).equals(quantity)).toBe(true);
        const { lines: verified, findings } = verifyExecution([
          { block, executions: [executionOf({ quantity, price }, '1')], allocations },
        ]);
        expect(findings).toEqual([]);
        expect(verified.every((line) => !line.openQuantity.isNegative())).toBe(true);
        expect(verified.length).toBe(block.statement.length);
      }),
    );
  });

  it('E2: a correction replaces its fill and a bust removes it, in any sequence of arrival', () => {
    const history = fc
      .array(
        fc.record({
          quantity: fc.bigInt({ min: 1n, max: 999n }).map((c) => Decimal.of<'Quantity'>(c, 0)),
          price: priceOf,
          corrected: priceOf,
          fate: fc.constantFrom(
            'stands',
            'corrected',
            'corrected twice',
            'busted',
            'corrected, busted',
          ),
        }),
        { minLength: 1, maxLength: 6 },
      )
      .chain((fills) => {
        const messages: Execution[] = [];
        const expected: Fill[] = [];
        for (const [i, { quantity, price, corrected, fate }] of fills.entries()) {
          const id = (n: number): string => String(i * 10 + n);
          const better = { quantity, price: corrected };
          messages.push(executionOf({ quantity, price }, id(0)));
          if (fate === 'stands') expected.push({ quantity, price });
          if (fate === 'busted') messages.push(executionOf(better, id(3), 'tradeCancel', id(0)));
          if (!fate.startsWith('corrected')) continue;
          messages.push(executionOf(better, id(1), 'tradeCorrect', id(0)));
          if (fate === 'corrected') expected.push(better);
          if (fate === 'corrected, busted')
            messages.push(executionOf(better, id(3), 'tradeCancel', id(1)));
          if (fate !== 'corrected twice') continue;
          const best = { quantity, price: price.plus(corrected) };
          messages.push(executionOf(best, id(2), 'tradeCorrect', id(0)));
          expected.push(best);
        }
        return fc.tuple(shuffled(messages), fc.constant(expected));
      });
    const text = (fill: Fill): string => `${fill.quantity.toString()} at ${fill.price.toString()}`;
    fc.assert(
      fc.property(history, ([messages, expected]) => {
        expect(effectiveExecutions(messages).map(text).sort()).toEqual(expected.map(text).sort());
      }),
    );
  });
});

describe('by hand', () => {
  const shares = (text: string) => Decimal.parse<'Quantity'>(text);
  const at = (text: string) => Decimal.parse<'Price'>(text);
  const options = { instrumentStep: shares('1'), commission: Decimal.parse<'Money'>('0.10') };

  it('100 of 300 to lines of 100, 100 and 100: 34, 33 and 33, and the cents likewise', () => {
    const block = blockOf([shares('100'), shares('100'), shares('100')]);
    const fills = [
      executionOf({ quantity: shares('60'), price: at('10.01') }, '1'),
      executionOf({ quantity: shares('40'), price: at('10.02') }, '2'),
    ];
    // 600.60 + 400.80 = 1001.40; 34 % is 340.476, 33 % is 330.462: floors 340.47 + 2 x 330.46 leave one cent.
    const rows = allocateExecutions(block, fills, options).map((a) =>
      [a.quantity, a.averagePrice, a.grossAmount, a.commission, a.netAmount].join(' '),
    );
    expect(rows).toEqual([
      '34 10.014 340.48 0.04 -340.52',
      '33 10.014 330.46 0.03 -330.49',
      '33 10.014 330.46 0.03 -330.49',
    ]);
  });

  it('nothing filled, or all of it busted: no allocation', () => {
    const block = blockOf([shares('10')]);
    const fill = { quantity: shares('10'), price: at('5') };
    expect(allocateExecutions(block, [], options)).toEqual([]);
    const busted = [executionOf(fill, '1'), executionOf(fill, '2', 'tradeCancel', '1')];
    expect(allocateExecutions(block, busted, options)).toEqual([]);
  });

  it('an account whose share is less than a step receives nothing and pays nothing', () => {
    const block = blockOf([shares('1'), shares('99')]);
    const fill = executionOf({ quantity: shares('10'), price: at('5') }, '1');
    const allocations = allocateExecutions(block, [fill], options);
    expect(allocations.map((a) => `${a.orderId} ${a.quantity.toString()}`)).toEqual(['o001 10']);
  });

  it('more executed than ordered is our bug, and stops', () => {
    const block = blockOf([shares('10')]);
    const fill = executionOf({ quantity: shares('11'), price: at('5') }, '1');
    expect(() => allocateExecutions(block, [fill], options)).toThrow('no more executes');
  });

  it('verification finds what does not add up', () => {
    const block = blockOf([shares('10'), shares('20')]);
    const executions = [executionOf({ quantity: shares('30'), price: at('5') }, '1')];
    const good = allocateExecutions(block, executions, options);
    const swapped = good.map((a, i) => ({ ...a, quantity: shares(i === 0 ? '11' : '19') }));
    const codes = (allocations: typeof good) =>
      verifyExecution([{ block, executions, allocations }]).findings.map((f) => f.code);
    expect(codes(good)).toEqual([]);
    expect(codes(swapped)).toEqual(['ALLOCATION_EXCEEDS_STATEMENT']);
    expect(codes(good.slice(1))).toEqual(['ALLOCATION_NOT_CONSERVED', 'ALLOCATION_NOT_CONSERVED']);
    const cent = good.map((a, i) =>
      i === 0 ? { ...a, grossAmount: a.grossAmount.plus(CENT) } : a,
    );
    expect(codes(cent)).toEqual(['ALLOCATION_NOT_CONSERVED']);
  });
});
