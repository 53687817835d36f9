/**
 * A problem file in, an answer with its proof out: three funds, the least variance that earns 6 % a year.
 *
 * QPS is the exchange format of quadratic programs: rows, columns, right-hand sides, bounds, and the quadratic
 * part as one triangle. The same file works with `evenkeel solve FILE.qps`.
 */
import { readGeneralProblem } from '../src/connectors/index.ts';
import { findingText } from '../src/domain/index.ts';
import { solveGeneral } from '../src/optimizer/index.ts';

// The factor 1/2 belongs to the format, so VARIANCE here is half the variance of the portfolio.
const file = `NAME three-funds
ROWS
 N variance
 E invested
 G return
COLUMNS
 stocks  invested 1  return 0.09
 bonds   invested 1  return 0.04
 gold    invested 1  return 0.05
RHS
 limits  invested 1  return 0.06
BOUNDS
 UP limits gold 0.15
QUADOBJ
 stocks stocks 0.0324
 stocks bonds  0.0018
 bonds  bonds  0.0025
 gold   gold   0.0225
ENDATA
`;

const { problem, findings } = readGeneralProblem('three-funds.qps', file);
for (const finding of findings) console.log(findingText(finding));
if (problem === null) throw new Error('the file has errors');

const result = solveGeneral(problem);
console.log(`status ${result.status} after ${String(result.iterations)} iterations`);
problem.variables.forEach((name, j) => {
  console.log(`${name.padEnd(7)} ${(100 * (result.x[j] ?? NaN)).toFixed(2)} %`);
});
console.log(`volatility ${(100 * Math.sqrt(2 * result.objective)).toFixed(2)} %`);

// The evidence is computed from the problem as read, not from what the solver believes of itself.
const { primalResidual, dualResidual, gap } = result.certificate;
const figure = (value: number): string => value.toExponential(1);
console.log(`violation ${figure(primalResidual)}, gap ${figure(gap)}, ${figure(dualResidual)}`);

// A price says how much the objective rises when the limit does: what a little more return would cost.
problem.rows.forEach((name, i) => {
  console.log(`price of ${name}: ${(result.rowDuals[i] ?? NaN).toPrecision(4)}`);
});
if (result.status !== 'optimal' || gap > 1e-9) process.exitCode = 1;
