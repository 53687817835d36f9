import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firmSnapshot } from '../../test/support/firm.ts';
import { Decimal, ONE, sum } from '../kernel/index.ts';
import type {
  AccountId,
  AccountSnapshot,
  InstrumentSymbol,
  ModelPortfolioId,
  Ratio,
} from '../domain/index.ts';
import { bandOf } from './band.ts';
import { flattenModel } from './flatten-model.ts';
import { resolveTargets } from './resolve-targets.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'];
const ratio = (units: number, scale: number): Ratio => Decimal.of<'ratio'>(BigInt(units), scale);

/** Four positive weights in thousandths that add up to 1. */
const weights = fc
  .array(fc.integer({ min: 1, max: 900 }), { minLength: 3, maxLength: 3 })
  .filter((parts) => parts.reduce((a, b) => a + b, 0) < 1000)
  .map((parts) => [...parts, 1000 - parts.reduce((a, b) => a + b, 0)].map((w) => ratio(w, 3)));

const modelCsv = (rows: readonly (readonly [string, string, Ratio])[]): string =>
  ['modelId,component,weight', ...rows.map(([m, c, w]) => `${m},${c},${w.toString()}`)].join('\n');

describe('models of models', () => {
  it('G1, G2: flattened weights add up to one, and paths to one name add up', () => {
    fc.assert(
      fc.property(weights, weights, (outer, inner) => {
        const csv = modelCsv([
          ['M', 'model:IN', outer[0] as Ratio],
          ['M', 'AAA', outer[1] as Ratio],
          ['M', 'BBB', outer[2] as Ratio],
          ['M', 'CCC', outer[3] as Ratio],
          ...SYMBOLS.map((symbol, i): [string, string, Ratio] => ['IN', symbol, inner[i] as Ratio]),
        ]);
        const { models } = firmSnapshot({ 'models.csv': csv });
        const flat = flattenModel('M' as ModelPortfolioId, models);
        expect(sum(flat.map((t) => t.weight)).equals(ONE)).toBe(true);
        const aaa = flat.find((t) => t.symbol === ('AAA' as InstrumentSymbol))?.weight as Ratio;
        const expected = (outer[1] as Ratio).plus((outer[0] as Ratio).times(inner[0] as Ratio));
        expect(aaa.equals(expected)).toBe(true);
      }),
    );
  });
});

describe('bands', () => {
  it('G3: lower <= target <= upper inside [0, 1], and zero has no band', () => {
    const part = fc.option(
      fc.integer({ min: 0, max: 2000 }).map((u) => ratio(u, 3)),
      { nil: null },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        part,
        part,
        (units, bandAbsolute, bandRelative) => {
          const target = ratio(units, 3);
          const band = bandOf(target, { bandAbsolute, bandRelative }, ratio(2, 2));
          expect(band.lower.isAtMost(target) && band.upper.isAtLeast(target)).toBe(true);
          expect(!band.lower.isNegative() && band.upper.isAtMost(ONE)).toBe(true);
          if (target.isZero()) expect(band.upper.isZero()).toBe(true);
        },
      ),
    );
  });

  it('by hand: 40 % with a relative band of 20 % is 32 to 48 %', () => {
    const band = bandOf(ratio(40, 2), { bandAbsolute: null, bandRelative: ratio(20, 2) }, ONE);
    expect([band.lower.toString(), band.upper.toString()]).toEqual(['0.32', '0.48']);
  });
});

describe('resolved targets', () => {
  const holdings = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 4, maxLength: 4 });
  it('G4, G5: targets and cash add up to one over the union of held and wanted', () => {
    fc.assert(
      fc.property(
        holdings,
        weights,
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.constantFrom('', 'doNotBuy', 'exclude', 'doNotTrade'),
        fc.integer({ min: 0, max: 999_999 }),
        (held, model, cashCents, restriction, reserveCents) => {
          const lots = held
            .map((quantity, i) => ({ quantity, symbol: SYMBOLS[i] as string }))
            .filter(({ quantity }) => quantity > 0);
          const snapshot = firmSnapshot({
            'models.csv': modelCsv(
              SYMBOLS.map((s, i): [string, string, Ratio] => ['M', s, model[i] as Ratio]),
            ),
            'accounts.csv': `accountId,householdId,taxStatus,modelId,cashReserveAmount\nA1,H1,taxable,M,${String(reserveCents / 100)}`,
            'cash.csv': `accountId,amount\nA1,${ratio(cashCents, 2).toString()}`,
            'tax-lots.csv': [
              'accountId,symbol,quantity,costBasis,acquiredDate',
              ...lots.map(
                ({ symbol, quantity }) => `A1,${symbol},${String(quantity)},1000,2020-01-02`,
              ),
            ].join('\n'),
            ...(restriction === ''
              ? {}
              : { 'restrictions.csv': `scope,symbol,kind,reason\nfirm,BBB,${restriction},test` }),
          });
          const account = snapshot.accounts.get('A1' as AccountId) as AccountSnapshot;
          const resolved = resolveTargets(account, snapshot);
          if (!resolved.ok) return; // an empty account
          const { targets } = resolved.value;
          const total = sum(targets.lines.map((l) => l.targetWeight)).plus(
            targets.cashTargetWeight,
          );
          expect(total.toString()).toBe('1');
          const named = new Set<string>(targets.lines.map((l) => l.symbol));
          for (const { symbol } of lots) {
            expect(named.has(symbol) || targets.excluded.includes(symbol as InstrumentSymbol)).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
