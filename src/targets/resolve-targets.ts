/**
 * What an account should hold, before costs, taxes and whole shares.
 *
 * Invariants (targets/README.md; tested under the same numbers in resolve-targets.props.test.ts):
 *   G4  Target weights and the cash target add up to exactly 1.
 *   G5  Lines are the union of what is held and what is wanted; a missing side is zero, never skipped.
 *   G6  Every reason that keeps an account out is reported at once.
 */
import {
  addDays,
  allocate,
  daysBetween,
  Decimal,
  err,
  maximum,
  minimum,
  multiply,
  ok,
  ONE,
  sum,
  zero,
  type Result,
} from '../kernel/index.ts';
import {
  errorFinding,
  notional,
  restrictionsReaching,
  toCents,
  warningFinding,
  weightOf,
  type AccountSnapshot,
  type AccountTargets,
  type Finding,
  type InstrumentSymbol,
  type LineLimit,
  type Money,
  type Position,
  type Ratio,
  type Restriction,
  type Snapshot,
  type TargetGroup,
  type TargetLine,
} from '../domain/index.ts';
import { bandOf } from './band.ts';
import { flattenModel, type ModelTarget } from './flatten-model.ts';
import { groupsOf } from './groups.ts';
import { restrictionsOnName, type NameRestrictions } from './restriction-lookup.ts';
import { substituteTargets, type Substitution } from './substitution.ts';

export interface ResolvedTargets {
  readonly targets: AccountTargets;
  /** Warnings: targets that cannot be reached, and similar. */
  readonly findings: readonly Finding[];
}

/** Names barred for reasons outside the firm's restrictions, such as a wash-sale window, with the reason. */
export interface ExtraLimits {
  readonly noBuy: ReadonlyMap<InstrumentSymbol, string>;
}

export const NO_EXTRA_LIMITS: ExtraLimits = { noBuy: new Map() };

/**
 * Resolves an account's targets from a snapshot.
 *
 * @refuses ACCOUNT_FROZEN, ACCOUNT_WITHOUT_MODEL, MODEL_UNKNOWN, PRICE_REQUIRED, PRICE_TOO_OLD,
 *   ACCOUNT_EMPTY, RESTRICTIONS_CONTRADICT: all that apply
 */
export function resolveTargets(
  account: AccountSnapshot,
  snapshot: Snapshot,
  extra: ExtraLimits = NO_EXTRA_LIMITS,
): Result<ResolvedTargets, readonly Finding[]> {
  const resolution = new Resolution(account, snapshot, extra);
  const blocking = resolution.blockingFindings();
  if (blocking.length > 0) return err(blocking);
  return resolution.resolve();
}

/** The steps of one account's resolution over what they share. */
class Resolution {
  readonly #account: AccountSnapshot;
  readonly #snapshot: Snapshot;
  readonly #extra: ExtraLimits;
  readonly #restrictions: readonly Restriction[];
  readonly #onName = new Map<InstrumentSymbol, NameRestrictions>();
  readonly #modelTargets: readonly ModelTarget[];

  constructor(account: AccountSnapshot, snapshot: Snapshot, extra: ExtraLimits) {
    this.#account = account;
    this.#snapshot = snapshot;
    this.#extra = extra;
    this.#restrictions = restrictionsReaching(account.account, snapshot.restrictions);
    const { modelId } = account.account;
    const isKnown = modelId !== null && snapshot.models.has(modelId);
    this.#modelTargets = isKnown ? flattenModel(modelId, snapshot.models) : [];
  }

  blockingFindings(): Finding[] {
    const { account, positions } = this.#account;
    const location = { accountId: account.accountId };
    const findings: Finding[] = [];
    if (account.status === 'frozen') {
      findings.push(
        errorFinding('ACCOUNT_FROZEN', `account ${account.accountId} is frozen`, location),
      );
    }
    if (account.modelId === null) {
      findings.push(
        errorFinding(
          'ACCOUNT_WITHOUT_MODEL',
          `account ${account.accountId} has no model`,
          location,
        ),
      );
    } else if (!this.#snapshot.models.has(account.modelId)) {
      findings.push(
        errorFinding('MODEL_UNKNOWN', `model ${account.modelId} is not defined`, location),
      );
    }
    const needed = new Set<InstrumentSymbol>([
      ...positions.map((position) => position.symbol),
      ...this.#modelTargets.map((target) => target.symbol),
    ]);
    for (const symbol of [...needed].sort()) findings.push(...this.#priceFindings(symbol));
    return findings;
  }

  #priceFindings(symbol: InstrumentSymbol): Finding[] {
    if (this.#restrictionsOn(symbol).isExcluded) return [];
    const location = { accountId: this.#account.account.accountId, symbol };
    const quote = this.#snapshot.quotes.get(symbol);
    const { asOfDate, settings } = this.#snapshot;
    if (quote === undefined || !quote.price.isPositive()) {
      return [
        errorFinding('PRICE_REQUIRED', `${symbol} has no price on or before ${asOfDate}`, location),
      ];
    }
    if (quote.date === asOfDate) return [];
    const age = daysBetween(quote.date, asOfDate);
    const { priceAgeDaysMax } = settings.tolerance;
    if (age <= priceAgeDaysMax) return []; // exactly N days old is not yet stale
    const text = `the price of ${symbol} is of ${quote.date}, ${String(age)} days old (at most ${String(priceAgeDaysMax)})`;
    return [errorFinding('PRICE_TOO_OLD', text, location)];
  }

  resolve(): Result<ResolvedTargets, readonly Finding[]> {
    const { account, cash } = this.#account;
    const counted = this.#account.positions.filter(
      (p) => !this.#restrictionsOn(p.symbol).isExcluded,
    );
    const excluded = this.#account.positions.filter(
      (p) => this.#restrictionsOn(p.symbol).isExcluded,
    );
    const amounts = new Map(counted.map((p) => [p.symbol, notional(this.#price(p), p.quantity)]));
    const planningTotal = sum(amounts.values()).plus(cash.amount);
    const location = { accountId: account.accountId };
    if (!planningTotal.isPositive()) {
      const text = `account ${account.accountId} has a value of ${planningTotal.toFixed(2, 'halfEven')}`;
      return err([errorFinding('ACCOUNT_EMPTY', text, location)]);
    }
    const cashReserve = this.#cashReserve(planningTotal);
    const cashTargetWeight = minimum(ONE, weightOf(cashReserve, planningTotal));
    const weights = new Map(
      [...amounts].map(([symbol, a]) => [symbol, weightOf(a, planningTotal)]),
    );
    const { targets, substitutions, unreachable } = substituteTargets(this.#includedTargets(), {
      canBuy: (symbol) => this.#isBuyable(symbol),
      currentWeight: (symbol) => weights.get(symbol) ?? zero(),
      investableWeight: ONE.minus(cashTargetWeight),
    });
    const lines = this.#lines(targets, {
      weights,
      amounts,
      substitutions,
      investableWeight: ONE.minus(cashTargetWeight),
    });
    const contradictions = lines.flatMap((line) => this.#contradictions(line));
    if (contradictions.length > 0) return err(contradictions);
    const groups = groupsOf(this.#restrictions, lines, this.#snapshot.instruments);
    const findings = [...this.#warnings(unreachable), ...this.#limitWarnings(lines, groups)];
    const resolved: AccountTargets = {
      accountId: account.accountId,
      modelId: account.modelId as NonNullable<typeof account.modelId>,
      planningTotal,
      cash: cash.amount,
      cashReserve,
      cashTargetWeight,
      cashWeight: weightOf(cash.amount, planningTotal),
      excluded: excluded.map((position) => position.symbol),
      lines,
      groups,
    };
    return ok({ targets: resolved, findings });
  }

  #warnings(unreachable: readonly InstrumentSymbol[]): Finding[] {
    const { accountId, status } = this.#account.account;
    if (status === 'closingOnly') {
      const text = `account ${accountId} is closing only: nothing is bought for it`;
      return [warningFinding('ACCOUNT_CLOSING_ONLY', text, { accountId })];
    }
    return unreachable.map((symbol) => {
      const why = this.#noBuyText(symbol);
      const text = `${symbol} is in the model but may not be bought (${why}), and no substitute is eligible`;
      // A wash-sale window passes by itself; only a restriction contradicts the model.
      const code = this.#extra.noBuy.has(symbol)
        ? 'PURCHASE_WOULD_WASH_LOSS'
        : 'RESTRICTION_CONTRADICTS_TARGET';
      return warningFinding(code, text, { accountId, symbol });
    });
  }

  /** Limits on weights that the targets do not respect: the limit wins, and the account must hear of it. */
  #limitWarnings(lines: readonly TargetLine[], groups: readonly TargetGroup[]): Finding[] {
    const { accountId } = this.#account.account;
    const targetOf = new Map(lines.map((line) => [line.symbol, line.targetWeight]));
    const single = lines.map((line) => ({ ...line, name: line.symbol, symbols: [line.symbol] }));
    return [...single, ...groups].flatMap(({ name, symbols, minimumWeight, maximumWeight }) => {
      const wanted = sum(symbols.map((symbol) => targetOf.get(symbol) ?? zero<'ratio'>()));
      const warning = (limit: string, value: Ratio): Finding =>
        warningFinding(
          'RESTRICTION_CONTRADICTS_TARGET',
          `the targets of ${name} add up to ${percent(wanted)}, and a restriction asks for ${limit} ${percent(value)}`,
          { accountId, ...(symbols.length === 1 ? { symbol: symbols[0] as string } : {}) },
        );
      if (maximumWeight !== null && wanted.isGreaterThan(maximumWeight)) {
        return [warning('at most', maximumWeight)];
      }
      return minimumWeight !== null && wanted.isLessThan(minimumWeight)
        ? [warning('at least', minimumWeight)]
        : [];
    });
  }

  /** The larger of amount and weight, plus the withdrawals due within the horizon. */
  #cashReserve(planningTotal: Money): Money {
    const { account, cashFlows } = this.#account;
    const { asOfDate, settings } = this.#snapshot;
    const last = addDays(asOfDate, settings.tolerance.cashFlowHorizonDays);
    const withdrawals = cashFlows.filter(
      (flow) => flow.amount.isNegative() && flow.date >= asOfDate && flow.date <= last,
    );
    const setAside = sum(withdrawals.map((flow) => flow.amount.negated()));
    const byWeight = toCents(planningTotal.times(account.cashReserveWeight), 'ceiling');
    return maximum(account.cashReserveAmount, byWeight).plus(setAside);
  }

  /** The model without excluded names, whose weight goes to the others in proportion. */
  #includedTargets(): readonly ModelTarget[] {
    const included = this.#modelTargets.filter(
      (target) => !this.#restrictionsOn(target.symbol).isExcluded,
    );
    if (included.length === this.#modelTargets.length || included.length === 0) return included;
    const weights = allocate(
      sum(this.#modelTargets.map((target) => target.weight)).round(18, 'halfEven'),
      included.map((target) => target.weight),
      Decimal.of(1n, 18),
    );
    return included.map((target, index) => ({ ...target, weight: weights[index] as Ratio }));
  }

  #lines(targets: readonly ModelTarget[], context: LinesContext): TargetLine[] {
    const bySymbol = new Map(targets.map((target) => [target.symbol, target]));
    const symbols = [...new Set([...context.amounts.keys(), ...bySymbol.keys()])].sort();
    const positions = new Map(this.#account.positions.map((p) => [p.symbol, p]));
    return symbols.map((symbol): TargetLine => {
      const target = bySymbol.get(symbol);
      const targetWeight =
        target === undefined
          ? zero<'ratio'>()
          : multiply<'ratio'>(target.weight, context.investableWeight);
      const fallback = this.#snapshot.settings.tolerance.bandAbsolute;
      const band = bandOf(targetWeight, target ?? NO_TOLERANCE, fallback);
      const onName = this.#restrictionsOn(symbol);
      return {
        symbol,
        price: this.#price({ symbol }),
        currentQuantity: positions.get(symbol)?.quantity ?? zero(),
        currentAmount: context.amounts.get(symbol) ?? zero(),
        currentWeight: context.weights.get(symbol) ?? zero(),
        targetWeight,
        bandLowerWeight: band.lower,
        bandUpperWeight: band.upper,
        canBuy: this.#isBuyable(symbol),
        canSell: onName.noSell.length === 0,
        minimumWeight: onName.minimum?.value ?? null,
        maximumWeight: onName.maximum?.value ?? null,
        limits: this.#limits(symbol, onName),
        path: pathOf(target, context.substitutions),
      };
    });
  }

  #limits(symbol: InstrumentSymbol, onName: NameRestrictions): LineLimit[] {
    const limit = (kind: LineLimit['kind']) => (restriction: Restriction) => ({
      restrictionId: restriction.restrictionId,
      kind,
      text: restriction.reason ?? `${restriction.kind} (${restriction.scope.kind})`,
    });
    const barred = this.#extra.noBuy.get(symbol);
    return [
      ...onName.noBuy.map(limit('noBuy')),
      ...onName.noSell.map(limit('noSell')),
      ...(onName.maximum === null ? [] : [limit('maxWeight')(onName.maximum)]),
      ...(onName.minimum === null ? [] : [limit('minWeight')(onName.minimum)]),
      ...(barred === undefined
        ? []
        : [{ restrictionId: 'washSale', kind: 'noBuy' as const, text: barred }]),
      ...(this.#account.account.status === 'closingOnly'
        ? [{ restrictionId: 'accountStatus', kind: 'accountStatus' as const, text: 'closing only' }]
        : []),
    ];
  }

  #contradictions(line: TargetLine): Finding[] {
    const { minimumWeight, maximumWeight } = line;
    const location = { accountId: this.#account.account.accountId, symbol: line.symbol };
    const findings: Finding[] = [];
    if (
      minimumWeight !== null &&
      maximumWeight !== null &&
      minimumWeight.isGreaterThan(maximumWeight)
    ) {
      const text = `${line.symbol}: minWeight ${minimumWeight.toString()} is above maxWeight ${maximumWeight.toString()}`;
      findings.push(errorFinding('RESTRICTIONS_CONTRADICT', text, location));
    }
    if (minimumWeight !== null && !line.canBuy && line.currentWeight.isLessThan(minimumWeight)) {
      const text = `${line.symbol}: minWeight ${minimumWeight.toString()} cannot be reached because it may not be bought (${this.#noBuyText(line.symbol)})`;
      findings.push(errorFinding('RESTRICTIONS_CONTRADICT', text, location));
    }
    return findings;
  }

  #restrictionsOn(symbol: InstrumentSymbol): NameRestrictions {
    let known = this.#onName.get(symbol);
    if (known === undefined) {
      const instrument = this.#snapshot.instruments.get(symbol);
      known = restrictionsOnName(this.#restrictions, symbol, instrument);
      this.#onName.set(symbol, known);
    }
    return known;
  }

  #isBuyable(symbol: InstrumentSymbol): boolean {
    const onName = this.#restrictionsOn(symbol);
    return (
      this.#account.account.status === 'open' &&
      onName.noBuy.length === 0 &&
      !onName.isExcluded &&
      !this.#extra.noBuy.has(symbol) &&
      // A substitute is not among the names whose prices were checked before.
      this.#priceFindings(symbol).length === 0
    );
  }

  #noBuyText(symbol: InstrumentSymbol): string {
    return this.#limits(symbol, this.#restrictionsOn(symbol))
      .filter((limit) => limit.kind === 'noBuy' || limit.kind === 'accountStatus')
      .map((limit) => `${limit.restrictionId}: ${limit.text}`)
      .join('; ');
  }

  #price(position: Pick<Position, 'symbol'>): TargetLine['price'] {
    return (
      this.#snapshot.quotes.get(position.symbol) as NonNullable<
        ReturnType<Snapshot['quotes']['get']>
      >
    ).price;
  }
}

const percent = (weight: Ratio): string =>
  `${weight.times(Decimal.fromInteger(100)).toFixed(2, 'halfEven')} %`;

interface LinesContext {
  readonly weights: ReadonlyMap<InstrumentSymbol, Ratio>;
  readonly amounts: ReadonlyMap<InstrumentSymbol, Money>;
  readonly substitutions: readonly Substitution[];
  readonly investableWeight: Ratio;
}

const NO_TOLERANCE = { bandAbsolute: null, bandRelative: null };

function pathOf(target: ModelTarget | undefined, substitutions: readonly Substitution[]): string[] {
  if (target === undefined) return [];
  const replaced = substitutions.filter((entry) => entry.substitute === target.symbol);
  return [...target.path, ...replaced.map((entry) => `substitute for ${entry.wanted}`)];
}
