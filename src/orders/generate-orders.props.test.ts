import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AS_OF, firmSnapshot } from '../../test/support/firm.ts';
import { Decimal, sum } from '../kernel/index.ts';
import {
  type AccountId,
  type AccountSnapshot,
  type AccountTargets,
  type InstrumentSymbol,
  type Quantity,
  type Ratio,
  type RunId,
  type Snapshot,
} from '../domain/index.ts';
import { resolveTargets } from '../targets/index.ts';
import { washWindowOf } from '../tax/index.ts';
import { AccountLots } from '../workflow/rebalance/sale-lots.ts';
import { generateOrders, type GeneratedOrders } from './generate-orders.ts';
import { quantityStep } from './sizing.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'];

interface World {
  readonly snapshot: Snapshot;
  readonly account: AccountSnapshot;
  readonly targets: AccountTargets;
  readonly weights: ReadonlyMap<InstrumentSymbol, Ratio>;
  readonly generated: GeneratedOrders;
}

/** A random account, random prices and lots, and any weights a solver might answer, good or bad. */
const worlds = fc
  .record({
    lots: fc.array(
      fc.record({
        symbol: fc.constantFrom(...SYMBOLS),
        quantity: fc.integer({ min: 1, max: 900_000 }).map((q) => q / 1000),
        basis: fc.integer({ min: 0, max: 3_000_000 }).map((b) => b / 100),
        year: fc.integer({ min: 2018, max: 2026 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    prices: fc.array(
      fc.integer({ min: 101, max: 90_000 }).map((p) => p / 100),
      {
        minLength: 4,
        maxLength: 4,
      },
    ),
    cash: fc.integer({ min: -50_000, max: 5_000_000 }).map((c) => c / 100),
    reserve: fc.integer({ min: 0, max: 400_000 }).map((c) => c / 100),
    parts: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 }),
    costRate: fc.constantFrom('0', '0.0005', '0.01'),
  })
  .map((row): World | null => {
    const snapshot = firmSnapshot({
      'tax-lots.csv': [
        'accountId,symbol,quantity,costBasis,acquiredDate',
        ...row.lots.map(
          (l) => `A1,${l.symbol},${String(l.quantity)},${String(l.basis)},${String(l.year)}-03-04`,
        ),
      ].join('\n'),
      'prices.csv': [
        'symbol,date,close',
        ...SYMBOLS.map((s, i) => `${s},${AS_OF},${String(row.prices[i])}`),
      ].join('\n'),
      'cash.csv': `accountId,amount\nA1,${String(row.cash)}`,
      'accounts.csv': `accountId,householdId,taxStatus,modelId,cashReserveAmount\nA1,H1,taxable,M,${String(row.reserve)}`,
      'settings.json': JSON.stringify({
        costs: { linearRate: row.costRate, commissionPerShare: '0.01' },
      }),
    });
    const account = snapshot.accounts.get('A1' as AccountId) as AccountSnapshot;
    const resolved = resolveTargets(account, snapshot);
    if (!resolved.ok) return null;
    const { targets } = resolved.value;
    const total = row.parts.reduce((a, b) => a + b, 0) + 1;
    const weights = new Map(
      SYMBOLS.map((s, i): [InstrumentSymbol, Ratio] => [
        s as InstrumentSymbol,
        Decimal.fromFloat<'ratio'>((row.parts[i] ?? 0) / total, { scale: 12, mode: 'down' }),
      ]),
    );
    const lots = new AccountLots({
      account,
      settings: snapshot.settings,
      asOfDate: AS_OF,
      window: washWindowOf([account], AS_OF, 30),
      price: (symbol) =>
        (snapshot.quotes.get(symbol) as { price: AccountTargets['lines'][0]['price'] }).price,
    });
    const generated = generateOrders({
      runId: 'run-1' as RunId,
      kind: 'full',
      targets,
      weights,
      binding: [],
      instruments: snapshot.instruments,
      settings: snapshot.settings,
      saleLots: (symbol) => lots.saleLots(symbol),
    });
    return { snapshot, account, targets, weights, generated };
  })
  .filter((world): world is World => world !== null);

const heldOf = (world: World, symbol: string): Quantity =>
  world.account.positions.find((p) => p.symbol === (symbol as InstrumentSymbol))?.quantity ??
  Decimal.fromInteger<'Quantity'>(0);

describe('order generation', () => {
  it('R1: cash never ends below zero, nor below the reserve because of a buy', () => {
    fc.assert(
      fc.property(worlds, ({ targets, generated }) => {
        const hasBuys = generated.orders.some((order) => order.side === 'buy');
        if (hasBuys) expect(generated.cashAfter.isAtLeast(targets.cashReserve)).toBe(true);
        if (!targets.cash.isNegative()) expect(generated.cashAfter.isNegative()).toBe(false);
        const flows = generated.orders.map((order) =>
          order.side === 'buy'
            ? order.estimatedAmount.plus(order.estimatedCost).negated()
            : order.estimatedAmount.minus(order.estimatedCost),
        );
        expect(generated.cashAfter.equals(targets.cash.plus(sum(flows)))).toBe(true);
      }),
    );
  });

  it('R2: no order goes past the wish by more than one step', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const order of world.generated.orders) {
          const line = world.targets.lines.find((l) => l.symbol === order.symbol);
          if (line === undefined) throw new Error('an order has a line');
          const weight = world.weights.get(order.symbol) as Ratio;
          const wish = world.targets.planningTotal.times(weight).minus(line.currentAmount).abs();
          const instrument = world.snapshot.instruments.get(order.symbol);
          if (instrument === undefined) throw new Error('an order has an instrument');
          const two = quantityStep(instrument).plus(quantityStep(instrument));
          const most = wish.plus(line.price.times(two.as<'ratio'>()).as<'Money'>());
          const slack = Decimal.of<'Money'>(1n, 2);
          expect(order.estimatedAmount.isAtMost(most.plus(slack))).toBe(true);
        }
      }),
    );
  });

  it('R3, R4: one order per name, never more than held, lots add up to the quantity', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const symbols = world.generated.orders.map((order) => order.symbol);
        expect(new Set(symbols).size).toBe(symbols.length);
        for (const order of world.generated.orders) {
          if (order.side === 'buy') {
            expect(order.lots).toEqual([]);
            continue;
          }
          expect(order.quantity.isAtMost(heldOf(world, order.symbol))).toBe(true);
          expect(sum(order.lots.map((lot) => lot.quantity)).equals(order.quantity)).toBe(true);
          const proceeds = sum(order.lots.map((lot) => lot.proceeds));
          expect(proceeds.equals(order.estimatedAmount.minus(order.estimatedCost))).toBe(true);
        }
      }),
    );
  });

  it('R5: orders are multiples of their step unless the whole position goes', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const order of world.generated.orders) {
          const instrument = world.snapshot.instruments.get(order.symbol);
          if (instrument === undefined) throw new Error('an order has an instrument');
          const step = quantityStep(instrument);
          const isWhole =
            order.side === 'sell' && order.quantity.equals(heldOf(world, order.symbol));
          expect(
            isWhole || order.quantity.roundToMultiple(step, 'floor').equals(order.quantity),
          ).toBe(true);
        }
      }),
    );
  });

  it('R6: every wish is an order with reasons, or suppressed with one', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const ordered = new Map(world.generated.orders.map((order) => [order.symbol, order]));
        const left = new Set(world.generated.suppressed.map((entry) => entry.symbol));
        for (const line of world.targets.lines) {
          const weight = world.weights.get(line.symbol);
          if (weight === undefined) continue;
          const wish = world.targets.planningTotal.times(weight).minus(line.currentAmount).abs();
          if (wish.isAtMost(line.price.as<'Money'>().times(Decimal.of(1n, 5)))) continue;
          const order = ordered.get(line.symbol);
          expect(order !== undefined || left.has(line.symbol)).toBe(true);
          if (order !== undefined) expect(order.reasons.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
