/** Models of models: four risk levels over two lists of stocks, an international and a bond sub-model. */
import { allocate, Decimal, present, Rng } from '../../kernel/index.ts';
import type {
  Instrument,
  InstrumentSymbol,
  ModelLine,
  ModelPortfolio,
  ModelPortfolioId,
  Ratio,
} from '../../domain/index.ts';
import { BOND_FUNDS, INTERNATIONAL_FUNDS, MONEY_FUND, RISK_LEVELS } from './generator-config.ts';
import type { Market } from './market.ts';

const ratio = (text: string): Ratio => Decimal.parse<'ratio'>(text);
const symbolOf = (text: string): InstrumentSymbol => text as InstrumentSymbol;
const modelIdOf = (text: string): ModelPortfolioId => text as ModelPortfolioId;

/** Stock weights are multiples of this. */
const WEIGHT_STEP = ratio('0.0005');
const RELATIVE_BAND = ratio('0.2');

/** @param stockCount names in each list of stocks */
export function generateModels(
  seed: string,
  market: Market,
  stockCount: number,
): Map<ModelPortfolioId, ModelPortfolio> {
  const models = new Map<ModelPortfolioId, ModelPortfolio>();
  const add = (name: string, lines: readonly ModelLine[]): void => {
    const modelId = modelIdOf(name);
    models.set(modelId, { modelId, lines });
  };
  for (const list of ['CORE', 'SELECT']) {
    const rng = Rng.stream(seed, `model/${list}`);
    add(`US-EQUITY-${list}`, stockLines(rng, market, stockCount));
  }
  const half = ratio('0.5');
  add('INTL', fundLines(INTERNATIONAL_FUNDS, ['0.5', '0.25', '0.15', '0.1'], 'INX1'));
  add('BONDS', fundLines(BOND_FUNDS, ['0.35', '0.2', '0.1', '0.2', '0.1', '0.05'], 'BNX1'));
  for (const { name, percent } of RISK_LEVELS) {
    for (const list of ['CORE', 'SELECT']) {
      const parts = [`US-EQUITY-${list}`, 'INTL', 'BONDS', null];
      const lines = parts.flatMap((part, index): ModelLine[] => {
        const share = percent[index] ?? 0;
        if (share === 0) return [];
        const component: ModelLine['component'] =
          part === null
            ? { kind: 'instrument', symbol: symbolOf(MONEY_FUND.symbol) }
            : { kind: 'model', modelId: modelIdOf(part) };
        const weight = Decimal.of(BigInt(share), 2);
        const bandRelative = part === null ? half : null;
        return [{ component, weight, bandAbsolute: null, bandRelative, substitutes: [] }];
      });
      add(`${name}-${list}`, lines.sort(byComponent));
    }
  }
  return models;
}

function stockLines(rng: Rng, market: Market, count: number): ModelLine[] {
  const chosen = rng.shuffle(market.stocks).slice(0, count);
  const chosenSymbols = new Set(chosen.map(({ instrument }) => instrument.symbol));
  const others = market.stocks.filter(({ instrument }) => !chosenSymbols.has(instrument.symbol));
  const sizes = chosen.map(() => Decimal.fromInteger(rng.below(60) + 20));
  const weights = allocate(Decimal.fromInteger(1), sizes, WEIGHT_STEP);
  return chosen
    .map(({ instrument }, index): ModelLine => ({
      component: { kind: 'instrument', symbol: instrument.symbol },
      weight: present(weights[index], 'allocate returns a weight per name'),
      bandAbsolute: null,
      bandRelative: RELATIVE_BAND,
      substitutes: substitutesFor(instrument, others),
    }))
    .sort(byComponent);
}

/** Up to two names of the same sector that the model does not hold, then a broad fund. */
function substitutesFor(
  instrument: Instrument,
  others: Market['stocks'],
): readonly InstrumentSymbol[] {
  const sameSector = others
    .map((other) => other.instrument)
    .filter(({ sector, issuer }) => sector === instrument.sector && issuer !== instrument.issuer);
  return [...sameSector.slice(0, 2).map(({ symbol }) => symbol), symbolOf('USX1')];
}

function fundLines(
  funds: readonly { readonly symbol: string }[],
  weights: readonly string[],
  substitute: string,
): ModelLine[] {
  return funds.map(({ symbol }, index): ModelLine => ({
    component: { kind: 'instrument', symbol: symbolOf(symbol) },
    weight: ratio(present(weights[index], 'a weight per fund')),
    bandAbsolute: ratio('0.05'),
    bandRelative: RELATIVE_BAND,
    substitutes: [symbolOf(substitute)],
  }));
}

function byComponent(a: ModelLine, b: ModelLine): number {
  const text = ({ component }: ModelLine): string =>
    component.kind === 'model' ? `model:${component.modelId}` : component.symbol;
  return text(a) < text(b) ? -1 : 1;
}

/** Weight per symbol of the whole, for sizing purchases; the sums are floats, prices are not. */
export function flatWeights(
  models: ReadonlyMap<ModelPortfolioId, ModelPortfolio>,
  modelId: ModelPortfolioId,
): Map<InstrumentSymbol, number> {
  const weights = new Map<InstrumentSymbol, number>();
  // The generator's models are two deep, so the recursion is too.
  for (const { component, weight } of models.get(modelId)?.lines ?? []) {
    if (component.kind === 'instrument') {
      weights.set(component.symbol, (weights.get(component.symbol) ?? 0) + weight.toFloat());
      continue;
    }
    for (const [symbol, inner] of flatWeights(models, component.modelId)) {
      weights.set(symbol, (weights.get(symbol) ?? 0) + weight.toFloat() * inner);
    }
  }
  return weights;
}
