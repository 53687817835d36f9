/**
 * The risk models solved last, each in an engine of its own, for whoever solves account after account by `optimize`.
 * A model is known by its numbers, compared with a copy kept here: an array written since is another model, and
 * accounts that each hold their own copy of the same numbers share one. What is loaded changes how long a solve
 * takes, never its answer.
 */
import type { OptimizationProblem } from '../../domain/index.ts';
import { areEqual, areFinite } from '../problem/array-checks.ts';
import type { ModelArrays } from '../problem/shared-model.ts';
import { KernelPair } from './kernel-pair.ts';
import { ModelEngine } from './model-engine.ts';

/** One for the accounts, one for what is solved beside them (soft rows add names, and so a model). */
const MODELS_MAX = 2;

interface Slot {
  readonly kept: ModelArrays;
  readonly engine: ModelEngine;
  readonly kernels: KernelPair;
  /** Whether every factor is; callers other than `optimize` load what nobody has checked. */
  readonly isFinite: boolean;
}

/** The model of a problem in its engine; valid while the problem's arrays are not written. */
export interface LoadedModel {
  readonly model: ModelArrays;
  readonly slot: Slot;
}

/** The one used last comes first. */
let slots: readonly Slot[] = [];

/** @returns null where no loaded model has these numbers */
export function knownModel(problem: ModelArrays): LoadedModel | null {
  for (const slot of slots) {
    if (!isSame(slot.kept, problem)) continue;
    return use(slot, problem);
  }
  return null;
}

/** @param problem valid; its model is loaded in place of the one not used for longest */
export function loadModel(problem: ModelArrays): LoadedModel {
  const known = knownModel(problem);
  if (known !== null) return known;
  const { factorCount } = problem;
  const kept = {
    factors: problem.factors.slice(),
    specificVariance: problem.specificVariance.slice(),
    factorCount,
  };
  const oldest = slots.length < MODELS_MAX ? undefined : slots.at(-1);
  if (oldest !== undefined) slots = slots.slice(0, -1);
  const kernels =
    oldest === undefined || oldest.kernels.isLarge() ? new KernelPair() : oldest.kernels;
  const engine = new ModelEngine(kept, undefined, kernels);
  const slot = { kept, kernels, engine, isFinite: areFinite(kept.factors) };
  return use(slot, problem);
}

/** Whether the model is still loaded and the problem holds the very arrays it was asked with. */
export function isLoaded({ model, slot }: LoadedModel, problem: OptimizationProblem): boolean {
  return (
    problem.factors === model.factors &&
    problem.specificVariance === model.specificVariance &&
    problem.factorCount === model.factorCount &&
    slots.includes(slot)
  );
}

/** After a fault in the middle of a solve, whose engine is in no known state. */
export function forgetModel({ slot }: LoadedModel): void {
  slots = slots.filter((one) => one !== slot);
}

function use(slot: Slot, { factors, specificVariance, factorCount }: ModelArrays): LoadedModel {
  if (slots[0] !== slot) slots = [slot, ...slots.filter((one) => one !== slot)];
  return { model: { factors, specificVariance, factorCount }, slot };
}

function isSame(kept: ModelArrays, given: ModelArrays): boolean {
  return (
    kept.factorCount === given.factorCount &&
    areEqual(kept.specificVariance, given.specificVariance) &&
    areEqual(kept.factors, given.factors)
  );
}
