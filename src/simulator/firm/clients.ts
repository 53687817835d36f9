/** Households, their accounts, what they forbid and what cash they expect. */
import { addDays, Decimal, zero } from '../../kernel/index.ts';
import type { CalendarDate, Rng } from '../../kernel/index.ts';
import type {
  Account,
  AccountId,
  AccountStatus,
  CashFlow,
  CashFlowKind,
  Household,
  HouseholdId,
  InstrumentSymbol,
  ModelPortfolioId,
  Money,
  Restriction,
  RestrictionScope,
  TaxLot,
  TaxStatus,
} from '../../domain/index.ts';
import {
  ACCOUNT_PATTERNS,
  CUSTODIANS,
  FAMILY_NAMES,
  RISK_LEVELS,
  TAX_BRACKETS,
} from './generator-config.ts';
import type { Market } from './market.ts';

const dollars = (amount: number): Money =>
  Decimal.fromFloat<'Money'>(amount, { scale: 0, mode: 'halfEven' });

export function generateHousehold(rng: Rng, number: number): Household {
  const bracket = rng.pick(TAX_BRACKETS);
  return {
    householdId: `H${String(number).padStart(5, '0')}` as HouseholdId,
    name: `${rng.pick(FAMILY_NAMES)} Household`,
    federalShortTermRate: Decimal.parse<'ratio'>(bracket.short),
    federalLongTermRate: Decimal.parse<'ratio'>(bracket.long),
    stateRate: Decimal.parse<'ratio'>(bracket.state),
    gainBudgetAmount: rng.chance(0.3) ? dollars(1000 * (5 + rng.below(45))) : null,
    lossCarryforward: rng.chance(0.2) ? dollars(1000 * rng.below(40)) : zero<'Money'>(),
  };
}

/** The accounts of a household: one risk level for all, tax status by a pattern. */
export function generateAccounts(rng: Rng, household: Household): Account[] {
  const level = rng.pick(RISK_LEVELS).name;
  const pattern = rng.pick(ACCOUNT_PATTERNS);
  return pattern.map((taxStatus, index): Account => {
    const list = rng.chance(0.6) ? 'CORE' : 'SELECT';
    return {
      accountId: `${household.householdId.replace('H', 'A')}-${String(index + 1)}` as AccountId,
      householdId: household.householdId,
      name: `${household.name.replace(' Household', '')} ${LABELS[taxStatus]}`,
      taxStatus,
      custodian: rng.pick(CUSTODIANS),
      modelId: `${level}-${list}` as ModelPortfolioId,
      cashReserveAmount: rng.chance(0.2) ? dollars(500 * (2 + rng.below(20))) : zero<'Money'>(),
      cashReserveWeight: Decimal.of(BigInt(5 + 5 * rng.below(3)), 3),
      discretion: rng.chance(0.08) ? 'clientApproval' : 'full',
      status: statusOf(rng),
    };
  });
}

const LABELS: Readonly<Record<TaxStatus, string>> = {
  taxable: 'Individual',
  trust: 'Family Trust',
  traditionalIra: 'IRA',
  rothIra: 'Roth IRA',
  sepIra: 'SEP IRA',
  simpleIra: 'SIMPLE IRA',
  retirementPlan: '401(k)',
  healthSavings: 'HSA',
  education529: '529 Plan',
  taxExempt: 'Foundation',
};

function statusOf(rng: Rng): AccountStatus {
  const draw = rng.uniform();
  return draw < 0.02 ? 'frozen' : draw < 0.04 ? 'closingOnly' : 'open';
}

/** Cash that is known to come or go in the weeks after the as-of date. */
export function generateCashFlows(
  rng: Rng,
  account: Account,
  of: { readonly asOfDate: CalendarDate; readonly invested: number },
): CashFlow[] {
  const flows: CashFlow[] = [];
  const add = (kind: CashFlowKind, share: number): void => {
    const date = addDays(of.asOfDate, 1 + rng.below(28));
    flows.push({ accountId: account.accountId, date, amount: dollars(of.invested * share), kind });
  };
  if (rng.chance(0.12)) add('deposit', rng.between(0.02, 0.1));
  if (rng.chance(0.1)) add('withdrawal', -rng.between(0.01, 0.06));
  if (account.taxStatus === 'traditionalIra' && rng.chance(0.35))
    add('rmd', -rng.between(0.02, 0.04));
  if (rng.chance(0.3)) add('fee', -0.0025);
  return flows.sort((a, b) =>
    a.date === b.date ? compare(a.kind, b.kind) : compare(a.date, b.date),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Two for the whole firm. Household and account restrictions keep off these names (no contradictions). */
export function firmRestrictions(market: Market): Restriction[] {
  const [first, second] = [market.stocks[5], market.stocks[40]];
  const scope = { kind: 'firm' } as const;
  return [first, second].flatMap((security, index) =>
    security === undefined
      ? []
      : [
          restrictionOf(scope, security.instrument.symbol, {
            kind: index === 0 ? 'doNotBuy' : 'doNotTrade',
            reason:
              index === 0 ? 'Under review by research' : 'Restricted list: inside information',
          }),
        ],
  );
}

/** At most one per account, or one for the household and none for its accounts. */
export function clientRestrictions(
  rng: Rng,
  of: {
    readonly household: Household;
    readonly accounts: readonly Account[];
    readonly lots: ReadonlyMap<AccountId, readonly TaxLot[]>;
    readonly market: Market;
    readonly taken: ReadonlySet<InstrumentSymbol>;
  },
): Restriction[] {
  const { householdId } = of.household;
  if (rng.chance(0.15)) {
    const { symbol } = rng.pick(of.market.stocks).instrument;
    if (of.taken.has(symbol)) return [];
    const scope = { kind: 'household', householdId } as const;
    return [
      restrictionOf(scope, symbol, { kind: 'doNotBuy', reason: 'Employer of a family member' }),
    ];
  }
  return of.accounts.flatMap((account): Restriction[] => {
    const held = of.lots.get(account.accountId) ?? [];
    if (held.length === 0 || !rng.chance(0.1)) return [];
    const { symbol } = rng.pick(held);
    if (of.taken.has(symbol)) return [];
    const scope = { kind: 'account', accountId: account.accountId } as const;
    return [
      restrictionOf(scope, symbol, {
        kind: 'doNotSell',
        reason: 'Client wants to keep the position',
      }),
    ];
  });
}

function restrictionOf(
  scope: RestrictionScope,
  symbol: InstrumentSymbol,
  what: Pick<Restriction, 'kind' | 'reason'>,
): Restriction {
  const place =
    scope.kind === 'firm'
      ? 'firm'
      : scope.kind === 'household'
        ? `household:${scope.householdId}`
        : `account:${scope.accountId}`;
  return {
    restrictionId: `${place}/${what.kind}/symbol:${symbol}`,
    scope,
    subject: { kind: 'symbol', symbol },
    value: null,
    ...what,
  };
}
