/**
 * Points with integer values from a fractional one: fix the integer variables one by one, the least fractional
 * first, to the nearest value that propagation still allows, then solve for the continuous ones.
 */
import type { GeneralProblem } from '../../../domain/index.ts';
import { propagate, type Box, type RowList } from './bound-propagation.ts';

/**
 * A box in which every integer variable has one value, or null when rounding runs into a contradiction. Each
 * variable is tried at the nearest value and at the one next to it.
 *
 * @param box not changed
 */
export function roundedBox(
  problem: GeneralProblem,
  rows: RowList,
  given: { readonly box: Box; readonly x: Float64Array; readonly integers: readonly number[] },
): Box | null {
  const { x, integers } = given;
  let box = copyOf(given.box);
  const distance = (j: number): number => Math.abs((x[j] as number) - Math.round(x[j] as number));
  const order = [...integers].sort((a, b) => distance(a) - distance(b) || a - b);
  for (const j of order) {
    const lower = box.lower[j] as number;
    const upper = box.upper[j] as number;
    if (lower === upper) continue;
    const wanted = x[j] as number;
    const nearest = clamp(Math.round(wanted), lower, upper);
    const other = clamp(nearest + (wanted >= nearest ? 1 : -1), lower, upper);
    const fixed = [nearest, other]
      .map((value) => fixedAt(problem, rows, { box, j, value }))
      .find((trial) => trial !== null);
    if (fixed === undefined) return null;
    box = fixed;
  }
  return box;
}

export function copyOf(box: Box): Box {
  return { lower: box.lower.slice(), upper: box.upper.slice() };
}

function fixedAt(
  problem: GeneralProblem,
  rows: RowList,
  given: { readonly box: Box; readonly j: number; readonly value: number },
): Box | null {
  const trial = copyOf(given.box);
  trial.lower[given.j] = given.value;
  trial.upper[given.j] = given.value;
  return propagate(problem, rows, trial) ? trial : null;
}

function clamp(value: number, lower: number, upper: number): number {
  return Math.min(Math.max(value, lower), upper);
}
