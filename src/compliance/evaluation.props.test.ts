import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComplianceReport, ProposedOrder, Snapshot } from '../domain/index.ts';
import { AS_OF, orderOf, runOf, smallFirm } from '../../test/support/small-firm.ts';
import { evaluateCompliance, isBlocking, SHIPPED_RULES, shippedRules } from './index.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE'];
const ACCOUNTS = ['A', 'B', 'C'];

const firmText = fc.record({
  cash: fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 3, maxLength: 3 }),
  held: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 15, maxLength: 15 }),
  isIssuerKnown: fc.boolean(),
});

const orderTexts = fc.array(
  fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    side: fc.constantFrom('buy', 'sell'),
    quantity: fc.integer({ min: 1, max: 200 }),
    symbol: fc.constantFrom(...SYMBOLS),
    gain: fc.constantFrom('-3', '3'),
  }),
  { minLength: 1, maxLength: 8 },
);

interface Case {
  readonly firm: Snapshot;
  readonly orders: readonly ProposedOrder[];
}

const cases: fc.Arbitrary<Case> = fc.tuple(firmText, orderTexts).map(([text, lines]) => {
  const firm = smallFirm({
    instruments: {
      AAA: {},
      BBB: { issuer: 'AAA Inc', sector: 'AAA sector' },
      CCC: { price: '7.35', issuer: text.isIssuerKnown ? 'CCC Inc' : null },
      DDD: { volume: null },
      EEE: { volume: '500' },
    },
    accounts: Object.fromEntries(
      ACCOUNTS.map((account, a) => [
        account,
        {
          household: a < 2 ? 'H' : 'K',
          cash: String(text.cash[a] ?? 0),
          holds: Object.fromEntries(
            SYMBOLS.map((symbol, s) => [symbol, String((text.held[a * 5 + s] ?? 0) + 1)]),
          ),
        },
      ]),
    ),
  });
  const orders = lines.map(({ account, side, quantity, symbol, gain }, i) =>
    orderOf(firm, `o${i} ${account} ${side} ${quantity} ${symbol}`, gain),
  );
  return { firm, orders };
});

function check({ firm, orders }: Case, rules = shippedRules(firm.settings)): ComplianceReport {
  return evaluateCompliance({ run: runOf(firm), snapshot: firm, orders, rules, asOfDate: AS_OF });
}

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe('evaluateCompliance', () => {
  it('C1: the sequence of orders, rules and accounts does not matter', () => {
    const arrangement = cases.chain((given) =>
      fc.tuple(
        fc.constant(given),
        shuffled(given.orders),
        shuffled(shippedRules(given.firm.settings)),
        shuffled([...given.firm.accounts]),
      ),
    );
    fc.assert(
      fc.property(arrangement, ([given, orders, rules, accounts]) => {
        const firm = { ...given.firm, accounts: new Map(accounts) };
        expect(check({ firm, orders }, rules)).toEqual(check(given));
      }),
    );
  });

  it('C2: every rule has an evaluation on every order, account, household and the firm', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const report = check(given);
        const seen = new Set(
          report.evaluations.map((e) => `${e.ruleId} ${Object.values(e.subject).join()}`),
        );
        const accounts = new Set(given.orders.map((order) => order.accountId));
        for (const rule of SHIPPED_RULES.filter((r) => r.ruleId !== 'short-term-gain')) {
          const subjects =
            rule.scope === 'order'
              ? given.orders.map((order) => `order,${order.orderId}`)
              : rule.scope === 'account'
                ? [...accounts].map((id) => `account,${id}`)
                : rule.scope === 'household'
                  ? [...new Set([...accounts].map((id) => (id === 'C' ? 'K' : 'H')))].map(
                      (id) => `household,${id}`,
                    )
                  : ['firm'];
          for (const subject of subjects) expect(seen.has(`${rule.ruleId} ${subject}`)).toBe(true);
        }
      }),
    );
  });

  it('C3: selling what is held never fails a concentration rule actively', () => {
    fc.assert(
      fc.property(cases, ({ firm, orders }) => {
        const sells = orders.filter((order) => order.side === 'sell');
        const report = check({ firm, orders: sells });
        const active = report.evaluations.filter(
          (e) => isBlocking(e) && e.ruleId.endsWith('-concentration') && e.orderIds.length > 0,
        );
        expect(active).toEqual([]);
      }),
    );
  });

  it('C4, C5: a verdict is pass exactly when no blocking evaluation names the order', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const report = check(given);
        for (const order of given.orders) {
          const own = report.evaluations.filter(
            (e) => isBlocking(e) && e.orderIds.includes(order.orderId),
          );
          const verdict = report.orderVerdicts.get(order.orderId);
          const hard = own.some((e) => e.verdict === 'fail' && e.severity === 'hard');
          const unknown = own.some((e) => e.verdict === 'couldNotCheck');
          const worst = hard
            ? 'fail'
            : unknown
              ? 'couldNotCheck'
              : own.length > 0
                ? 'fail'
                : 'pass';
          expect(verdict?.verdict).toBe(worst);
          expect(verdict?.canOverride).toBe(worst === 'fail' && !hard);
        }
      }),
    );
  });

  it('C5: an order that fails nothing passes alone as it passes in a batch of others that sell', () => {
    fc.assert(
      fc.property(cases, ({ firm, orders }) => {
        const [first, ...rest] = orders;
        if (first?.side !== 'sell') return;
        const others = rest.filter((o) => o.side === 'sell' && o.accountId !== first.accountId);
        const alone = check({ firm, orders: [first] }).orderVerdicts.get(first.orderId);
        if (alone?.verdict === 'pass' && others.every((o) => o.symbol !== first.symbol)) {
          const together = check({ firm, orders: [first, ...others] });
          expect(together.orderVerdicts.get(first.orderId)).toEqual(alone);
        }
      }),
    );
  });
});
