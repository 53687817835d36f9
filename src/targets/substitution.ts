import { minimum, zero } from '../kernel/index.ts';
import type { InstrumentSymbol, Ratio } from '../domain/index.ts';
import type { ModelTarget } from './flatten-model.ts';

export interface Substitution {
  readonly wanted: InstrumentSymbol;
  readonly substitute: InstrumentSymbol;
}

export interface SubstitutedTargets {
  readonly targets: readonly ModelTarget[];
  readonly substitutions: readonly Substitution[];
  /** Names that may not be bought, are not held at target, and have no eligible substitute. */
  readonly unreachable: readonly InstrumentSymbol[];
}

export interface SubstitutionContext {
  readonly canBuy: (symbol: InstrumentSymbol) => boolean;
  readonly currentWeight: (symbol: InstrumentSymbol) => Ratio;
  /** Weights of the model are of the investable part; this is that part of the whole. */
  readonly investableWeight: Ratio;
}

/**
 * Moves the part of a target that cannot be bought to the line's first eligible substitute. What is held
 * already stays: a substitute stands in for the missing part only, so that nothing is sold to be replaced.
 */
export function substituteTargets(
  targets: readonly ModelTarget[],
  context: SubstitutionContext,
): SubstitutedTargets {
  const substitutions: Substitution[] = [];
  const unreachable: InstrumentSymbol[] = [];
  const moved = new Map<InstrumentSymbol, ModelTarget>();
  const add = (target: ModelTarget): void => {
    const known = moved.get(target.symbol);
    moved.set(
      target.symbol,
      known === undefined ? target : { ...known, weight: known.weight.plus(target.weight) },
    );
  };
  for (const target of targets) {
    const wanted = target.weight.times(context.investableWeight);
    const held = minimum(context.currentWeight(target.symbol), wanted);
    if (context.canBuy(target.symbol) || held.equals(wanted)) {
      add(target);
      continue;
    }
    const substitute = target.substitutes.find((symbol) => context.canBuy(symbol));
    if (substitute === undefined) {
      unreachable.push(target.symbol);
      add(target);
      continue;
    }
    substitutions.push({ wanted: target.symbol, substitute });
    const keptWeight = held.isZero()
      ? zero<'ratio'>()
      : held.dividedBy(context.investableWeight, 18, 'down');
    if (!keptWeight.isZero()) add({ ...target, weight: keptWeight });
    add({
      ...target,
      symbol: substitute,
      weight: target.weight.minus(keptWeight),
      substitutes: [],
    });
  }
  return {
    targets: [...moved.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    substitutions,
    unreachable,
  };
}
