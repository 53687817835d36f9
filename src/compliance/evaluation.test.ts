import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate } from '../kernel/index.ts';
import {
  identifier,
  type ComplianceReport,
  type ComplianceRule,
  type ProposedOrder,
  type RuleEvaluation,
  type Snapshot,
  type Transaction,
} from '../domain/index.ts';
import {
  accountOf,
  AS_OF,
  money,
  orderIdOf,
  orderOf,
  ordersOf,
  ratio,
  runOf,
  shares,
  smallFirm,
  symbolOf,
  type FirmText,
} from '../../test/support/small-firm.ts';
import { evaluateCompliance, SHIPPED_RULES, shippedRules } from './index.ts';

function check(
  firm: Snapshot,
  orders: readonly ProposedOrder[],
  rules = shippedRules(firm.settings),
) {
  return evaluateCompliance({ run: runOf(firm), snapshot: firm, orders, rules, asOfDate: AS_OF });
}

function only(report: ComplianceReport, ruleId: string): RuleEvaluation[] {
  return report.evaluations.filter((evaluation) => evaluation.ruleId === ruleId);
}

/** verdict, measured, name, passive and orders of a rule's evaluations, as text. */
function lines(report: ComplianceReport, ruleId: string): string[] {
  return only(report, ruleId).map((e) =>
    [
      e.isPassive ? 'passive' : e.verdict,
      e.measured ?? '-',
      e.measuredSubject ?? '-',
      e.orderIds.join('+'),
    ].join(' '),
  );
}

/** One account of 1,000 in cash and nine names of 1,000 each: every share costs 10. */
const TEN: FirmText = {
  instruments: { AAA: {}, BBB: { sector: 'AAA sector' }, CCC: {}, DDD: { issuer: 'AAA Inc' } },
  accounts: { A: { cash: '4000', holds: { AAA: '200', BBB: '200', CCC: '200' } } },
};

describe('account weights over the projected portfolio', () => {
  it('issuer: 30 % after the purchase, against 25 %, is the purchase of that issuer', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A buy 100 AAA', 'o2 A buy 10 CCC']));
    expect(lines(report, 'issuer-concentration')).toEqual(['fail 0.3 AAA Inc o1']);
    expect(report.orderVerdicts.get(orderIdOf('o1'))).toEqual({
      verdict: 'fail',
      canOverride: true,
      failedRuleIds: ['firm-issuer-concentration', 'issuer-concentration'],
    });
    expect(report.orderVerdicts.get(orderIdOf('o2'))?.verdict).toBe('pass');
  });

  it('issuer: share classes of one issuer add up', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A buy 30 AAA', 'o2 A buy 30 DDD']));
    expect(lines(report, 'issuer-concentration')).toEqual(['fail 0.26 AAA Inc o1+o2']);
  });

  it('issuer: exactly the limit passes, and the largest name is shown', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A buy 50 AAA']));
    expect(lines(report, 'issuer-concentration')).toEqual(['pass 0.25 AAA Inc o1']);
    expect(only(report, 'issuer-concentration')[0]).toMatchObject({
      measuredBefore: '0.2',
      limit: '0.25',
      severity: 'soft',
    });
  });

  it('purchases and sales are netted before they are measured', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A buy 100 AAA', 'o2 A sell 60 AAA']));
    expect(lines(report, 'issuer-concentration')[0]).toMatch(/^pass 0.24 AAA Inc/);
    expect(lines(report, 'opposite-orders')).toEqual(['fail true - o1', 'fail true - o2']);
  });

  it('C3: a breach that was there is passive, also while it shrinks; making it larger is active', () => {
    const firm = smallFirm({
      ...TEN,
      accounts: { A: { cash: '4000', holds: { AAA: '400', BBB: '200' } } },
    });
    const lower = check(firm, ordersOf(firm, ['o1 A sell 50 AAA', 'o2 A buy 10 CCC']));
    expect(lines(lower, 'issuer-concentration')).toEqual(['passive 0.35 AAA Inc ']);
    expect(lower.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('pass');
    const same = check(firm, ordersOf(firm, ['o1 A sell 10 AAA', 'o2 A buy 10 DDD']));
    expect(lines(same, 'issuer-concentration')).toEqual(['passive 0.4 AAA Inc o2']);
    const higher = check(firm, ordersOf(firm, ['o1 A buy 1 AAA']));
    expect(lines(higher, 'issuer-concentration')).toEqual(['fail 0.401 AAA Inc o1']);
  });

  it('C3: a breach moved from one name to another is active for the new name', () => {
    const firm = smallFirm({
      ...TEN,
      accounts: { A: { cash: '4000', holds: { AAA: '400', CCC: '200' } } },
    });
    const report = check(firm, ordersOf(firm, ['o1 A sell 200 AAA', 'o2 A buy 100 CCC']));
    expect(lines(report, 'issuer-concentration')).toEqual(['fail 0.3 CCC Inc o2']);
  });

  it('a third is rounded upwards: just above a limit of twelve digits, never just below', () => {
    const firm = smallFirm({
      instruments: { AAA: {} },
      accounts: { A: { cash: '30' }, Z: { cash: '1000000' } },
      compliance: { issuerWeightMax: ratio('0.333333333333') },
    });
    const report = check(firm, ordersOf(firm, ['o1 A buy 1 AAA']));
    expect(lines(report, 'issuer-concentration')).toEqual(['fail 0.333333333334 AAA Inc o1']);
  });

  it('C3: a purchase beside a sale that is too large is not at fault', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A sell 210 CCC', 'o2 A buy 5 CCC']));
    expect(lines(report, 'no-oversell')).toEqual(['fail -5 - o1', 'passive -5 - ']);
  });

  it('sector: names of one sector add up', () => {
    const firm = smallFirm(TEN);
    const report = check(firm, ordersOf(firm, ['o1 A buy 250 BBB']));
    expect(lines(report, 'sector-concentration')).toEqual(['fail 0.65 AAA sector o1']);
  });
});

describe('what is not known blocks', () => {
  it('an equity without sector: only where it could matter', () => {
    const instruments = { ...TEN.instruments, EEE: { sector: null } };
    const firm = smallFirm({ ...TEN, instruments });
    // 40 % known in the AAA sector, 20 % and 21 % unclassified: 60 % is the limit.
    const fine = check(firm, ordersOf(firm, ['o1 A buy 200 EEE']));
    expect(lines(fine, 'sector-concentration')).toEqual(['pass 0.4 AAA sector ']);
    const doubtful = check(firm, ordersOf(firm, ['o1 A buy 210 EEE']));
    expect(lines(doubtful, 'sector-concentration')).toEqual(['couldNotCheck - AAA sector o1']);
    expect(only(doubtful, 'sector-concentration')[0]?.couldNotCheckBecause).toBe(
      'sectorWeight: no sector for EEE',
    );
    expect(doubtful.orderVerdicts.get(orderIdOf('o1'))).toMatchObject({
      verdict: 'couldNotCheck',
      canOverride: false,
    });
  });

  it('a fund without issuer is outside the issuer rule; an equity without is not', () => {
    const instruments = {
      ...TEN.instruments,
      FUND: { issuer: null, assetClass: 'fund', sector: null },
      EEE: { issuer: null },
    };
    const firm = smallFirm({ ...TEN, instruments });
    const fund = check(firm, ordersOf(firm, ['o1 A buy 300 FUND']));
    expect(fund.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('pass');
    const equity = check(firm, ordersOf(firm, ['o1 A buy 100 EEE']));
    expect(equity.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('couldNotCheck');
  });

  it('no price, a stale price, no volume, an account or symbol that is not there', () => {
    const firm = smallFirm({
      ...TEN,
      instruments: {
        ...TEN.instruments,
        NOPRICE: { price: null },
        STALE: { priceDate: '2026-06-09' },
        FRESH: { priceDate: '2026-06-10' },
        NOVOLUME: { volume: null },
      },
    });
    const lists = ['NOPRICE', 'STALE', 'FRESH', 'NOVOLUME', 'ABSENT'].map(
      (symbol, i) => `o${i} A buy 1 ${symbol}`,
    );
    const report = check(firm, ordersOf(firm, [...lists, 'o9 Z buy 1 AAA']));
    const verdicts = [...report.orderVerdicts].map(([id, v]) => `${id} ${v.verdict}`);
    expect(verdicts).toEqual([
      'o0 couldNotCheck',
      'o1 fail', // price-age, hard
      'o2 pass',
      'o3 couldNotCheck', // firm-volume-share
      'o4 couldNotCheck',
      'o9 couldNotCheck',
    ]);
  });

  it('C4: a rule that is itself invalid blocks, and one of severity warn does not', () => {
    const firm = smallFirm(TEN);
    const base = SHIPPED_RULES.find((rule) => rule.ruleId === 'order-amount') as ComplianceRule;
    const broken = { ...base, expression: 'orderAmount <= orderAmountMx' };
    const orders = ordersOf(firm, ['o1 A buy 1 AAA']);
    const hard = check(firm, orders, [broken]);
    expect(hard.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('couldNotCheck');
    expect(hard.evaluations[0]?.couldNotCheckBecause).toContain('no such fact: orderAmountMx');
    const warn = check(firm, orders, [{ ...broken, severity: 'warn' }]);
    expect(warn.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('pass');
    expect(warn.counts).toEqual({ pass: 0, fail: 0, couldNotCheck: 1 });
  });
});

describe('orders', () => {
  const verdictOf = (text: FirmText, ...orders: string[]) => {
    const firm = smallFirm(text);
    const report = check(firm, ordersOf(firm, orders));
    const failed = [...report.orderVerdicts.values()].flatMap((v) => v.failedRuleIds);
    return [...new Set(failed)].sort().join(' ');
  };
  const withAccount = (account: FirmText['accounts'][string]): FirmText => ({
    ...TEN,
    accounts: { A: { cash: '4000', holds: { AAA: '200', BBB: '200', CCC: '200' }, ...account } },
  });

  it.each<[string, FirmText, string[], string]>([
    ['an ordinary purchase', TEN, ['o1 A buy 10 CCC'], ''],
    ['a frozen account', withAccount({ status: 'frozen' }), ['o1 A sell 1 CCC'], 'account-status'],
    ['closing only sells', withAccount({ status: 'closingOnly' }), ['o1 A sell 1 CCC'], ''],
    [
      'closing only buys',
      withAccount({ status: 'closingOnly' }),
      ['o1 A buy 1 CCC'],
      'account-status',
    ],
    [
      'no discretion',
      withAccount({ discretion: 'clientApproval' }),
      ['o1 A buy 1 CCC'],
      'client-consent',
    ],
    ['the last share sold', TEN, ['o1 A sell 200 CCC'], ''],
    ['one share more', TEN, ['o1 A sell 201 CCC'], 'lot-identification no-oversell'],
    ['oversold by two orders', TEN, ['o1 A sell 150 CCC', 'o2 A sell 51 CCC'], 'no-oversell'],
    ['the same order twice', TEN, ['o1 A buy 5 CCC', 'o2 A buy 5 CCC'], 'duplicate-order'],
    ['half a share', TEN, ['o1 A buy 0.5 CCC'], 'tradable-quantity'],
    ['cash to the last cent', TEN, ['o1 A buy 50 AAA', 'o2 A buy 50 BBB', 'o3 A buy 50 CCC'], ''],
    [
      'more than the cash',
      withAccount({ cash: '9.99' }),
      ['o1 A buy 1 CCC'],
      'cash-overdraft firm-issuer-concentration issuer-concentration',
    ],
    [
      'turnover of a half',
      TEN,
      ['o1 A sell 200 AAA', 'o2 A sell 200 BBB', 'o3 A sell 200 CCC', 'o4 A buy 250 DDD'],
      '',
    ],
  ])('%s', (_name, text, orders, expected) => {
    expect(verdictOf(text, ...orders)).toBe(expected);
  });

  it('restrictions of firm, household and account, by symbol, sector and issuer', () => {
    const restriction = (scope: object, subject: object, kind: string) =>
      ({ restrictionId: 'r', scope, subject, kind, value: null, reason: null }) as never;
    const household = { kind: 'household', householdId: 'A-household' };
    const cases: [object, object, string, string, string][] = [
      [{ kind: 'firm' }, { kind: 'symbol', symbol: 'CCC' }, 'doNotBuy', 'o1 A buy 1 CCC', 'true'],
      [{ kind: 'firm' }, { kind: 'symbol', symbol: 'CCC' }, 'doNotBuy', 'o1 A sell 1 CCC', 'false'],
      [household, { kind: 'sector', sector: 'AAA sector' }, 'doNotSell', 'o1 A sell 1 BBB', 'true'],
      [household, { kind: 'issuer', issuer: 'AAA Inc' }, 'doNotTrade', 'o1 A buy 1 DDD', 'true'],
      [
        { kind: 'account', accountId: 'B' },
        { kind: 'symbol', symbol: 'CCC' },
        'exclude',
        'o1 A buy 1 CCC',
        'false',
      ],
    ];
    for (const [scope, subject, kind, order, expected] of cases) {
      const firm = smallFirm({ ...TEN, restrictions: [restriction(scope, subject, kind)] });
      const [evaluation] = only(check(firm, ordersOf(firm, [order])), 'restricted-side');
      expect([order, kind, evaluation?.measured]).toEqual([order, kind, expected]);
    }
  });

  it("a client's weight limit: excess over the limit is the measure", () => {
    const firm = smallFirm({
      ...TEN,
      restrictions: [
        {
          restrictionId: 'max-ccc',
          scope: { kind: 'account', accountId: accountOf('A') },
          subject: { kind: 'symbol', symbol: symbolOf('CCC') },
          kind: 'maxWeight',
          value: ratio('0.22'),
          reason: null,
        },
      ],
    });
    expect(lines(check(firm, ordersOf(firm, ['o1 A buy 20 CCC'])), 'client-weight-limit')).toEqual([
      'pass 0 max-ccc o1',
    ]);
    expect(lines(check(firm, ordersOf(firm, ['o1 A buy 21 CCC'])), 'client-weight-limit')).toEqual([
      'fail 0.001 max-ccc o1',
    ]);
  });
});

describe("a client's minimum", () => {
  it('blocks the sale that goes below it, and not a purchase that has not reached it', () => {
    const restriction = (symbol: string) => ({
      restrictionId: `min-${symbol}`,
      scope: { kind: 'firm' as const },
      subject: { kind: 'symbol' as const, symbol: symbolOf(symbol) },
      kind: 'minWeight' as const,
      value: ratio('0.15'),
      reason: null,
    });
    const firm = smallFirm({ ...TEN, restrictions: [restriction('CCC'), restriction('DDD')] });
    const minimum = (...texts: string[]) =>
      lines(check(firm, ordersOf(firm, texts)), 'client-weight-minimum');
    expect(minimum('o1 A sell 50 CCC', 'o2 A buy 10 DDD')).toEqual(['passive 0.14 min-DDD ']);
    expect(minimum('o1 A sell 51 CCC', 'o2 A buy 150 DDD')).toEqual(['fail 0.001 min-CCC o1']);
  });
});

describe('household: wash sales', () => {
  const sale = (overrides: Partial<Transaction>): Transaction => ({
    transactionId: 't',
    accountId: accountOf('A'),
    date: parseCalendarDate('2026-05-16'), // thirty days before the as-of date
    time: null,
    symbol: symbolOf('CCC'),
    side: 'sell',
    quantity: shares('40'),
    amount: money('300'),
    price: null,
    fees: money('0'),
    lotId: null,
    lots: [{ lotId: identifier('old'), quantity: shares('40') }],
    splitRatio: null,
    ...overrides,
  });
  const purchase = (amount: string): Transaction =>
    sale({
      transactionId: 'p',
      date: parseCalendarDate('2024-01-02'),
      side: 'buy',
      amount: money(amount),
      lotId: identifier('old'),
      lots: [],
    });
  const household = (
    transactions: readonly Transaction[],
    taxStatus: 'taxable' | 'rothIra' = 'taxable',
  ) =>
    smallFirm({
      ...TEN,
      accounts: {
        A: { household: 'H', holds: { CCC: '100' }, transactions, taxStatus },
        B: { household: 'H', cash: '1000', taxStatus: 'rothIra' },
      },
    });
  const washLines = (firm: Snapshot, ...orders: ProposedOrder[]) =>
    lines(check(firm, orders), 'wash-sale');

  it.each<[string, readonly Transaction[], string]>([
    [
      'a loss thirty days ago meets a purchase in the IRA',
      [purchase('400'), sale({})],
      'fail 25 CCC o1',
    ],
    ['a gain does not', [purchase('299'), sale({})], 'pass 0 CCC '],
    [
      'thirty-one days ago does not',
      [purchase('400'), sale({ date: parseCalendarDate('2026-05-15') })],
      'pass 0 CCC ',
    ],
    ['a sale whose lots are not on record may be a loss', [sale({})], 'couldNotCheck - CCC o1'],
    [
      'no more shares meet than were sold',
      [
        purchase('40'),
        sale({
          quantity: shares('10'),
          amount: money('5'),
          lots: [{ lotId: identifier('old'), quantity: shares('10') }],
        }),
      ],
      'fail 10 CCC o1',
    ],
  ])('%s', (_name, transactions, expected) => {
    const firm = household(transactions);
    expect(washLines(firm, orderOf(firm, 'o1 B buy 25 CCC'))).toEqual([expected]);
  });

  it('a loss in an account that is not taxed is no wash sale', () => {
    const firm = household([purchase('400'), sale({})], 'rothIra');
    expect(washLines(firm, orderOf(firm, 'o1 B buy 25 CCC'))).toEqual(['pass 0 CCC ']);
  });

  it('a loss sale and a purchase in the same batch meet; both are named', () => {
    const firm = household([]);
    const orders = [orderOf(firm, 'o1 A sell 30 CCC', '-5'), orderOf(firm, 'o2 B buy 20 CCC')];
    expect(washLines(firm, ...orders)).toEqual(['fail 20 CCC o1+o2']);
    const gain = [orderOf(firm, 'o1 A sell 30 CCC', '5'), orderOf(firm, 'o2 B buy 20 CCC')];
    expect(washLines(firm, ...gain)).toEqual(['pass 0 CCC ']);
  });

  it('the rest of the lot that is sold at a loss replaces nothing (Rev. Rul. 56-602)', () => {
    const firm = smallFirm({
      ...TEN,
      accounts: { A: { household: 'H', holds: { CCC: '100' }, acquired: '2026-06-09' } },
    });
    expect(washLines(firm, orderOf(firm, 'o1 A sell 30 CCC', '-5'))).toEqual(['pass 0 CCC ']);
  });

  it('a money fund is cash: it has no loss to wash', () => {
    const firm = smallFirm({
      instruments: { CCC: { assetClass: 'cash' } },
      accounts: {
        A: { household: 'H', holds: { CCC: '100' } },
        B: { household: 'H', cash: '1000' },
      },
    });
    const orders = [orderOf(firm, 'o1 A sell 30 CCC', '-5'), orderOf(firm, 'o2 B buy 20 CCC')];
    expect(washLines(firm, ...orders)).toEqual(['pass - - o1+o2']);
  });

  it('a loss sale meets a lot bought within thirty days in another account', () => {
    const firm = smallFirm({
      ...TEN,
      accounts: {
        A: { household: 'H', holds: { CCC: '100' } },
        B: { household: 'H', holds: { CCC: '7' }, acquired: '2026-05-16' },
      },
    });
    expect(washLines(firm, orderOf(firm, 'o1 A sell 30 CCC', '-5'))).toEqual(['fail 7 CCC o1']);
  });
});

describe('firm', () => {
  it('volume: orders of all accounts on one side add up', () => {
    const account = { cash: '100000', holds: {} };
    const firm = smallFirm({
      instruments: { AAA: { volume: '1000' }, BBB: {} },
      accounts: { A: account, B: account, C: { holds: { BBB: '100000' } } },
    });
    const at = check(firm, ordersOf(firm, ['o1 A buy 60 AAA', 'o2 B buy 40 AAA']));
    expect(lines(at, 'firm-volume-share')).toEqual(['pass 0.1 AAA buy o1+o2']);
    const above = check(firm, ordersOf(firm, ['o1 A buy 60 AAA', 'o2 B buy 41 AAA']));
    expect(lines(above, 'firm-volume-share')).toEqual(['fail 0.101 AAA buy o1+o2']);
  });

  it('issuer: the weight is of all accounts, those without orders too', () => {
    const firm = smallFirm({
      instruments: { AAA: {}, BBB: {} },
      accounts: { A: { cash: '3000' }, B: { cash: '4000', holds: { BBB: '200', AAA: '100' } } },
    });
    // AAA: (100 + 151) x 10 of 10,000.
    const report = check(firm, ordersOf(firm, ['o1 A buy 151 AAA']));
    expect(lines(report, 'firm-issuer-concentration')).toEqual(['fail 0.251 AAA Inc o1']);
  });
});

describe('facts of the run and of the lots', () => {
  const drift = (activeShare: string) => ({
    activeShare: ratio(activeShare),
    absoluteMax: ratio('0'),
    absoluteMaxSubject: null,
    relativeMax: null,
    relativeMaxSubject: null,
    breaches: [],
  });
  const reportWith = (planned: string[], checked: string[], after: string) => {
    const firm = smallFirm(TEN);
    const outcome = {
      accountId: accountOf('A'),
      orders: ordersOf(firm, planned),
      driftBefore: drift('0.1'),
      driftAfter: drift(after),
      cashReserve: money('3900'),
    } as never;
    return evaluateCompliance({
      run: { ...runOf(firm), accounts: [outcome] },
      snapshot: firm,
      orders: ordersOf(firm, checked),
      rules: shippedRules(firm.settings),
      asOfDate: AS_OF,
    });
  };

  it('drift that falls, that rises, and that describes other orders than these', () => {
    const plan = ['o1 A buy 5 CCC'];
    expect(lines(reportWith(plan, plan, '0.05'), 'drift-falls')).toEqual(['pass 0.05 - o1']);
    expect(lines(reportWith(plan, plan, '0.11'), 'drift-falls')).toEqual(['fail 0.11 - o1']);
    const edited = reportWith(plan, ['o1 A buy 6 CCC'], '0.05');
    expect(lines(edited, 'drift-falls')).toEqual(['couldNotCheck - - o1']);
    expect(edited.orderVerdicts.get(orderIdOf('o1'))?.verdict).toBe('pass'); // severity warn
  });

  it('the reserve as planned: ten shares of 10 leave exactly 3,900, eleven do not', () => {
    const at = reportWith([], ['o1 A buy 10 CCC'], '0');
    expect(lines(at, 'cash-reserve')).toEqual(['pass 3900 - o1']);
    const below = reportWith([], ['o1 A buy 11 CCC'], '0');
    expect(lines(below, 'cash-reserve')).toEqual(['fail 3890 - o1']);
  });

  it('short-term gains: net of losses, of taxed accounts, against the limit of the firm', () => {
    const short = (order: ProposedOrder): ProposedOrder => ({
      ...order,
      lots: order.lots.map((lot) => ({ ...lot, term: 'short' as const })),
    });
    const gainLines = (taxStatus: 'taxable' | 'rothIra', limit: string) => {
      const firm = smallFirm({
        ...TEN,
        accounts: { A: { taxStatus, holds: { AAA: '200', BBB: '200', CCC: '200' } } },
        compliance: { shortTermGainAmountMax: money(limit) },
      });
      const orders = [
        short(orderOf(firm, 'o1 A sell 5 AAA', '60')),
        short(orderOf(firm, 'o2 A sell 5 BBB', '-20')),
        orderOf(firm, 'o3 A sell 5 CCC', '500'),
      ];
      return lines(check(firm, orders), 'short-term-gain');
    };
    expect(gainLines('taxable', '40')).toEqual(['pass 40 - o1']);
    expect(gainLines('taxable', '39.99')).toEqual(['fail 40 - o1']);
    expect(gainLines('rothIra', '0')).toEqual(['pass 0 - o1']);
  });

  it('a restriction on a sector or a weight, of a name whose sector is not known', () => {
    const restriction = (kind: string, value: string | null) =>
      ({
        restrictionId: 'r',
        scope: { kind: 'firm' },
        subject: { kind: 'sector', sector: 'Tobacco' },
        kind,
        value: value === null ? null : ratio(value),
        reason: null,
      }) as never;
    const instruments = { ...TEN.instruments, EEE: { sector: null } };
    const forbidden = smallFirm({
      ...TEN,
      instruments,
      restrictions: [restriction('doNotBuy', null)],
    });
    const bought = check(forbidden, ordersOf(forbidden, ['o1 A buy 1 EEE']));
    expect(lines(bought, 'restricted-side')).toEqual(['couldNotCheck - - o1']);
    expect(only(bought, 'restricted-side')[0]?.couldNotCheckBecause).toBe(
      'isSideRestricted: no sector for EEE',
    );
    const limited = smallFirm({
      ...TEN,
      instruments,
      restrictions: [restriction('maxWeight', '0.1')],
    });
    const weighed = check(limited, ordersOf(limited, ['o1 A buy 1 EEE']));
    expect(lines(weighed, 'client-weight-limit')).toEqual(['couldNotCheck - r o1']);
  });

  it('an account without value, and an instrument without a lot size', () => {
    const firm = smallFirm({ ...TEN, accounts: { A: {} } });
    const report = check(firm, ordersOf(firm, ['o1 A buy 1 CCC']));
    expect(lines(report, 'turnover')).toEqual(['couldNotCheck - - o1']);
    const instruments = new Map(
      [...firm.instruments].map(([symbol, i]) => [symbol, { ...i, lotSize: shares('0') }]),
    );
    const noLot = check({ ...firm, instruments }, ordersOf(firm, ['o1 A buy 1 CCC']));
    expect(only(noLot, 'tradable-quantity')[0]?.couldNotCheckBecause).toContain('has no lot size');
  });

  it('a fractional instrument trades in millionths', () => {
    const firm = smallFirm({
      ...TEN,
      instruments: { ...TEN.instruments, CCC: { isFractional: true } },
    });
    const measured = (quantity: string) =>
      lines(check(firm, ordersOf(firm, [`o1 A buy ${quantity} CCC`])), 'tradable-quantity');
    expect(measured('0.000001')).toEqual(['pass false - o1']);
    expect(measured('0.0000001')).toEqual(['fail true - o1']);
  });

  it('the report of many evaluations is hashed whole: one figure changes it', () => {
    const names = Array.from({ length: 30 }, (_, i) => `S${i}`);
    const instruments = Object.fromEntries(names.map((name) => [name, {}]));
    const holds = Object.fromEntries(names.map((name) => [name, '100']));
    const accounts = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`A${i}`, { holds, cash: '1000' }]),
    );
    const firm = smallFirm({ instruments, accounts });
    const texts = Object.keys(accounts).flatMap((a) =>
      names.map((n) => `${a}${n} ${a} sell 1 ${n}`),
    );
    const report = check(firm, ordersOf(firm, texts));
    expect(report.evaluations.length).toBeGreaterThan(4_096);
    const changed = texts.map((t) => (t.startsWith('A0S0 ') ? t.replace('sell 1', 'sell 2') : t));
    expect(check(firm, ordersOf(firm, changed)).reportHash).not.toBe(report.reportHash);
    expect(check(firm, ordersOf(firm, texts)).reportHash).toBe(report.reportHash);
  });
});

describe('rules in force', () => {
  it('the highest version whose dates include the as-of date; the end is exclusive', () => {
    const firm = smallFirm(TEN);
    const base = SHIPPED_RULES.find((rule) => rule.ruleId === 'order-amount') as ComplianceRule;
    const versions = [
      { ...base, effectiveTo: parseCalendarDate('2026-06-15') },
      { ...base, version: 2, effectiveFrom: parseCalendarDate('2026-06-15') },
      { ...base, version: 3, effectiveFrom: parseCalendarDate('2026-06-16') },
    ];
    const report = check(firm, ordersOf(firm, ['o1 A buy 1 AAA']), versions);
    expect(report.evaluations.map((evaluation) => evaluation.ruleVersion)).toEqual([2]);
  });

  it('no orders, no evaluations', () => {
    const report = check(smallFirm(TEN), []);
    expect(report.evaluations).toEqual([]);
    expect(report.counts).toEqual({ pass: 0, fail: 0, couldNotCheck: 0 });
    expect(Decimal.fromInteger(report.orderVerdicts.size).isZero()).toBe(true);
  });
});
