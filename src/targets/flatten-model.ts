/**
 * Models of models, looked through to names.
 *
 *   G1  The weights of a flattened model add up to exactly the model's own sum (1 for a valid model).
 *   G2  A name reached by several paths has the sum of their weights.
 */
import { assert, multiply, zero } from '../kernel/index.ts';
import type {
  InstrumentSymbol,
  ModelLine,
  ModelPortfolio,
  ModelPortfolioId,
  Ratio,
} from '../domain/index.ts';

/** One name of a model with its weight of the whole and the tolerance that comes with it. */
export interface ModelTarget {
  readonly symbol: InstrumentSymbol;
  readonly weight: Ratio;
  /** Of the whole: a sub-model's absolute band shrinks with the sub-model's weight. Null = default. */
  readonly bandAbsolute: Ratio | null;
  /** A fraction of the target; the narrowest over the paths. Null = none. */
  readonly bandRelative: Ratio | null;
  readonly substitutes: readonly InstrumentSymbol[];
  /** Model ids from the root to the line, of the first path. */
  readonly path: readonly ModelPortfolioId[];
}

/** Deeper nesting than this is a mistake: the reader has already refused cycles. */
const DEPTH_MAX = 32;

/**
 * @returns one target per name, by symbol
 * @throws AssertionError if a component is unknown or the nesting is deeper than 32: the reader of the
 *   models has refused both
 */
export function flattenModel(
  modelId: ModelPortfolioId,
  models: ReadonlyMap<ModelPortfolioId, ModelPortfolio>,
): readonly ModelTarget[] {
  let known = flattened.get(models);
  if (known === undefined) {
    known = new Map();
    flattened.set(models, known);
  }
  let targets = known.get(modelId);
  if (targets === undefined) {
    targets = lookThrough(modelId, models);
    known.set(modelId, targets);
  }
  return targets;
}

/** Ten thousand accounts follow a few models of one snapshot: each is looked through once. */
const flattened = new WeakMap<
  ReadonlyMap<ModelPortfolioId, ModelPortfolio>,
  Map<ModelPortfolioId, readonly ModelTarget[]>
>();

function lookThrough(
  modelId: ModelPortfolioId,
  models: ReadonlyMap<ModelPortfolioId, ModelPortfolio>,
): ModelTarget[] {
  const targets = new Map<InstrumentSymbol, ModelTarget>();
  const walk = (
    id: ModelPortfolioId,
    scale: Ratio | null,
    path: readonly ModelPortfolioId[],
  ): void => {
    assert(path.length < DEPTH_MAX, 'models of models nest at most 32 deep');
    const model = models.get(id);
    assert(model !== undefined, `model ${id} is defined`);
    const here = [...path, id];
    for (const line of model.lines) {
      const weight = scale === null ? line.weight : multiply<'ratio'>(scale, line.weight);
      if (line.component.kind === 'model') walk(line.component.modelId, weight, here);
      else
        addTarget(
          targets,
          targetOf(line, { symbol: line.component.symbol, weight, scale, path: here }),
        );
    }
  };
  walk(modelId, null, []);
  return [...targets.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

interface LineContext {
  readonly symbol: InstrumentSymbol;
  readonly weight: Ratio;
  readonly scale: Ratio | null;
  readonly path: readonly ModelPortfolioId[];
}

function targetOf(line: ModelLine, context: LineContext): ModelTarget {
  const { symbol, weight, scale, path } = context;
  const { bandAbsolute, bandRelative, substitutes } = line;
  return {
    symbol,
    weight,
    bandAbsolute:
      bandAbsolute === null || scale === null ? bandAbsolute : scale.times(bandAbsolute),
    bandRelative,
    substitutes,
    path,
  };
}

function addTarget(targets: Map<InstrumentSymbol, ModelTarget>, target: ModelTarget): void {
  const known = targets.get(target.symbol);
  if (known === undefined) {
    targets.set(target.symbol, target);
    return;
  }
  targets.set(target.symbol, {
    ...known,
    weight: known.weight.plus(target.weight),
    bandAbsolute: addNullable(known.bandAbsolute, target.bandAbsolute),
    bandRelative: narrower(known.bandRelative, target.bandRelative),
    substitutes: [...new Set([...known.substitutes, ...target.substitutes])],
  });
}

function addNullable(a: Ratio | null, b: Ratio | null): Ratio | null {
  if (a === null && b === null) return null;
  return (a ?? zero()).plus(b ?? zero());
}

function narrower(a: Ratio | null, b: Ratio | null): Ratio | null {
  if (a === null || b === null) return a ?? b;
  return a.isLessThan(b) ? a : b;
}
