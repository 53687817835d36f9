/**
 * The weighted center in units of risk: weights times volatility, over the size of the risk. Volatilities of cash and
 * of stocks differ by thousands; in these units Q is a correlation matrix and everything is of order one, so that one
 * tolerance means the same for all.
 */
import { quadraticForm } from '../../linear-algebra/index.ts';
import { solveWeightedCenter, type CenterAnswer, type CenterProblem } from './weighted-center.ts';

/** Least squared risk taken for a unit, in the problem's own. */
const LEAST = 1e-30;

/** @returns the answer in the units of `problem`; its residual in units of risk */
export function solveCenter(problem: CenterProblem): CenterAnswer {
  const { size: n, Q, level } = problem;
  const squared = Math.max(level, quadraticForm(Q, problem.start), LEAST);
  const unit = Float64Array.from({ length: n }, (_, i) => {
    const own = Q[i * n + i] as number;
    return Math.sqrt(squared / (own > 0 ? own : 1));
  });
  const over = (values: Float64Array): Float64Array =>
    values.map((value, i) => value / (unit[i] as number));
  const norms = Float64Array.from(problem.rowLower, (_, r) => rowNorm(problem, unit, r));
  const answer = solveWeightedCenter({
    size: n,
    Q: Q.map(
      (value, at) =>
        (value * ((unit[Math.floor(at / n)] as number) * (unit[at % n] as number))) / squared,
    ),
    q: problem.q.map((value, i) => (value * (unit[i] as number)) / squared),
    b: problem.b,
    lower: over(problem.lower),
    upper: over(problem.upper),
    G: problem.G.map(
      (value, at) => (value * (unit[at % n] as number)) / (norms[Math.floor(at / n)] as number),
    ),
    rowLower: problem.rowLower.map((value, r) => value / (norms[r] as number)),
    rowUpper: problem.rowUpper.map((value, r) => value / (norms[r] as number)),
    level: level / squared,
    start: over(problem.start),
  });
  return {
    ...answer,
    x: answer.x.map((value, i) => value * (unit[i] as number)),
    boundPrices: answer.boundPrices.map((price, i) => (price * squared) / (unit[i] as number)),
    rowPrices: answer.rowPrices.map((price, r) => (price * squared) / (norms[r] as number)),
  };
}

function rowNorm({ G, size }: CenterProblem, unit: Float64Array, r: number): number {
  let most = 0;
  for (let i = 0; i < size; i += 1) {
    most = Math.max(most, Math.abs((G[r * size + i] as number) * (unit[i] as number)));
  }
  return most > 0 ? most : 1;
}
