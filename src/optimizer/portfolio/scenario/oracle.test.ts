/** HiGHS, an independent simplex, on the sparse programs of the measures that are linear. */
import highsLoader, { type LegacyHighs } from 'highs';
import { expect, test } from 'vitest';
import {
  choice,
  randomReturns,
  resolvedProblem,
} from '../../../../test/support/scenario-problems.ts';
import type { GeneralProblem, RiskMeasure } from '../../../domain/index.ts';
import { Rng } from '../../../kernel/index.ts';
import { scenarioProblemOf } from './scenario-problem.ts';
import { buildProgram, PLAIN_REQUEST } from './scenario-program.ts';
import { solveScenario } from './solve-scenario.ts';

// highs is an ES module whose types describe a CommonJS one.
const loadHighs = highsLoader as unknown as () => Promise<LegacyHighs>;

function inLpFormat(problem: GeneralProblem): string {
  const { A, q, rowLower, rowUpper, lower, upper } = problem;
  const rows: string[][] = Array.from(rowLower, () => []);
  for (let j = 0; j < q.length; j += 1) {
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p += 1) {
      rows[A.rowIndex[p] as number]?.push(term(A.values[p] as number, j));
    }
  }
  const lines = ['Minimize', ` obj: ${[...q].map(term).join(' ')}`, 'Subject To'];
  rows.forEach((terms, i) => {
    const low = rowLower[i] as number;
    const high = rowUpper[i] as number;
    if (low === high) lines.push(` r${String(i)}: ${terms.join(' ')} = ${String(low)}`);
    else if (low !== -Infinity) lines.push(` l${String(i)}: ${terms.join(' ')} >= ${String(low)}`);
    else lines.push(` u${String(i)}: ${terms.join(' ')} <= ${String(high)}`);
  });
  lines.push('Bounds');
  const end = (x: number): string =>
    x === Infinity ? '+inf' : x === -Infinity ? '-inf' : String(x);
  lower.forEach((low, j) => {
    lines.push(` ${end(low)} <= x${String(j)} <= ${end(upper[j] as number)}`);
  });
  return [...lines, 'End'].join('\n');
}

function term(value: number, j: number): string {
  return `${value < 0 ? '-' : '+'} ${String(Math.abs(value))} x${String(j)}`;
}

test.each<RiskMeasure>([
  'meanAbsoluteDeviation',
  'cvar',
  'worstRealization',
  'maximumDrawdown',
  'averageDrawdown',
  'cdar',
])('least %s is HiGHS’', async (measure) => {
  const highs = await loadHighs();
  for (let seed = 1; seed <= 4; seed += 1) {
    const returns = randomReturns(new Rng(seed), 60, 6);
    const n = 6;
    const resolved = resolvedProblem({
      returns,
      objective: { kind: 'minimumRisk', risk: choice(measure) },
      current: Array.from({ length: n }, () => 1 / n),
      costs: { buy: new Float64Array(n).fill(0.002), sell: new Float64Array(n).fill(0.001) },
      constraints: { turnover: { kind: 'oneWay', maximum: 0.25 } },
    });
    const { scenarios } = resolved.risk;
    if (scenarios === null) throw new Error('the problem has a history');
    const spec = { ...choice(measure), ddof: 1 };
    const problem = scenarioProblemOf(resolved, spec, { scenarios, extraRows: [] });
    const request = { ...PLAIN_REQUEST, riskWeight: 1, costWeight: 1 };
    const { general } = buildProgram(problem, request);
    const oracle = highs.solve(inLpFormat(general));
    expect(oracle.Status).toBe('Optimal');
    const own = solveScenario(resolved);
    const value = own.ok ? own.value.objective : NaN;
    // HiGHS stops at 1e-7 of feasibility.
    const expected = oracle.ObjectiveValue * problem.unit;
    expect(Math.abs(value - expected)).toBeLessThan(1e-7 * problem.unit);
  }
});
