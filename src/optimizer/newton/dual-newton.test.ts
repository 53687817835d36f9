import { describe, expect, it } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { LinearRow, OptimizationProblem } from '../../domain/index.ts';
import { buildEngineProblem } from '../problem/engine-problem.ts';
import { createAccountEngine } from './account-engine.ts';
import { solveDualNewton } from './dual-newton.ts';
import type { EngineAnswer } from './engine-types.ts';
import { solveWithFloor } from './proximal-loop.ts';

const OPTIONS = { tolerance: 1e-11, iterationsMax: 100 } as const;
const FEASIBLE = { assetCountMax: 30, hasCosts: true, isFeasible: true } as const;

function solved(problem: OptimizationProblem): EngineAnswer {
  const engine = buildEngineProblem(problem);
  const start = new Float64Array(engine.factorCount + engine.rowCount);
  return solveDualNewton(engine, start, OPTIONS);
}

describe('the first engine', () => {
  it('splits a budget between two names by hand', () => {
    // Curvatures 1 and 3, weights add up to one, no target: prices equal at 3/4 and 1/4.
    const problem: OptimizationProblem = {
      assets: ['A', 'B'],
      target: new Float64Array(2),
      current: new Float64Array(2),
      specificVariance: Float64Array.of(1, 3),
      factors: new Float64Array(0),
      factorCount: 0,
      riskAversion: 1,
      linear: null,
      costs: [null, null],
      lower: Float64Array.of(-Infinity, -Infinity),
      upper: Float64Array.of(Infinity, Infinity),
      rows: [{ name: 'budget', coefficients: Float64Array.of(1, 1), lower: 1, upper: 1 }],
    };
    const { status, weights } = solved(problem);
    expect(status).toBe('converged');
    expect(weights[0]).toBeCloseTo(0.75, 14);
    expect(weights[1]).toBeCloseTo(0.25, 14);
  });

  it('is not stopped by rows that repeat, whose prices tie', () => {
    for (let seed = 0; seed < 2_000; seed += 1) {
      const base = randomProblem(seed, FEASIBLE);
      const twin = { ...(base.rows.at(-1) as LinearRow), name: 'twin' };
      expect([seed, solved({ ...base, rows: [...base.rows, twin] }).status]).toEqual([
        seed,
        'converged',
      ]);
    }
  });

  it('says infeasible only with a proof, where a row asks for more than the boxes hold', () => {
    const base = randomProblem(5, FEASIBLE);
    const needy = { name: 'needy', coefficients: base.target.map(() => 1), lower: 1e3, upper: 2e3 };
    const problem = { ...base, rows: [needy] };
    const { status, prices } = solved(problem);
    expect(status).toBe('infeasible');
    // The row can never reach its lower limit: its price is negative, and that alone proves it.
    expect(prices[base.factorCount]).toBeLessThan(0);
  });

  it.each([460, 2_181, 4_000])('is rescued where costs dwarf the curvature (seed %i)', (seed) => {
    const problem = { ...randomProblem(seed, FEASIBLE), riskAversion: 1e-7 };
    expect(solved(problem).status).toBe('stopped');
    const engine = buildEngineProblem(problem);
    const start = new Float64Array(engine.factorCount + engine.rowCount);
    const answer = solveWithFloor(engine, start, { ...OPTIONS, center: problem.current });
    expect(answer.status).toBe('converged');
    expect(answer.proximalRounds).toBeGreaterThan(0);
  });

  it('runs in TypeScript where there is no WebAssembly', () => {
    const platform = globalThis as { WebAssembly?: unknown };
    const saved = platform.WebAssembly;
    delete platform.WebAssembly;
    try {
      const model = {
        assetCount: 1,
        factorCount: 0,
        stride: 0,
        factors: new Float64Array(0),
        curvature: Float64Array.of(1),
      };
      expect(createAccountEngine(model).backend).toBe('typescript');
    } finally {
      platform.WebAssembly = saved;
    }
  });
});
