import type { EngineProblem } from '../problem/engine-problem.ts';

/** Rows and boxes that miss each other by no more than this are held to meet, in weight. */
const CONTRADICTION_LEAST = 2e-10;
/**
 * An open end of a box counts as this weight: a sum of prices that should cancel on such a name leaves a
 * rounding of 1e-17 behind, which infinity would turn into no proof at all.
 */
const OPEN_END = 1e6;

/**
 * How far row prices prove that rows and boxes contradict each other: over the whole box,
 * eta'Ax - h(eta) is at least the margin, while any feasible point has at most zero.
 *
 * @param rowPrices m, of any size
 * @returns margin per unit of price (in row units), or a number <= 0 when nothing is proved
 */
export function farkasMargin(problem: EngineProblem, rowPrices: Float64Array): number {
  const { factorCount: k, rowCount: m, assetCount, columns, segmentStart, segmentEnd } = problem;
  let size = 0;
  let margin = 0;
  for (let r = 0; r < m; r += 1) {
    const price = rowPrices[r] as number;
    if (price === 0) continue;
    size += Math.abs(price);
    margin -= price * ((price > 0 ? problem.rowUpper[r] : problem.rowLower[r]) as number);
  }
  if (size === 0) return 0;
  let magnitude = Math.abs(margin);
  const width = k + m;
  for (let i = 0; i < assetCount; i += 1) {
    let weight = 0;
    for (let r = 0; r < m; r += 1) {
      weight += (rowPrices[r] as number) * (columns[i * width + k + r] as number);
    }
    if (weight === 0) continue;
    const upper = segmentEnd[(segmentStart[i + 1] as number) - 1] as number;
    const end = weight > 0 ? (problem.lower[i] as number) : upper;
    const least = weight * Math.max(-OPEN_END, Math.min(OPEN_END, end));
    margin += least;
    magnitude += Math.abs(least);
  }
  const rounding = 1e-14 * magnitude;
  if (!Number.isFinite(margin)) return 0;
  return margin / size > CONTRADICTION_LEAST && margin > rounding ? margin / size : 0;
}
