import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import { instanceSet } from '../../../bench/instances/index.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import { Rng } from '../../kernel/index.ts';
import {
  accountBlockOf,
  modelBlock,
  sparseRows,
  type AccountBlock,
  type RiskModelBlock,
} from '../problem/account-block.ts';
import { buildEngineProblem, type EngineProblem } from '../problem/engine-problem.ts';
import { createAccountEngine } from './account-engine.ts';
import type { EngineAnswer, EngineStart } from './engine-types.ts';

const OPTIONS = { tolerance: 1e-11, iterationsMax: 100 } as const;
const seeds = fc.integer({ min: 0, max: 1_000_000 });

function modelOf(engine: EngineProblem): RiskModelBlock {
  const { columns, curvature, factorCount, rowCount } = engine;
  return modelBlock(columns, curvature, { factorCount, width: factorCount + rowCount });
}

/** Both backends; fails unless every bit of the answers is the same. */
function solveTwice(
  model: RiskModelBlock,
  account: AccountBlock,
  start: EngineStart,
): EngineAnswer {
  const fast = createAccountEngine(model, 'wasm');
  expect(fast.backend).toBe('wasm');
  const answer = fast.solve(account, start, OPTIONS);
  const reference = createAccountEngine(model, 'typescript').solve(account, start, OPTIONS);
  expectSameBits(reference, answer);
  return answer;
}

function expectSameBits(actual: EngineAnswer, expected: EngineAnswer): void {
  expect(actual.status).toBe(expected.status);
  expect(actual.iterations).toBe(expected.iterations);
  expect(bytes(actual.weights)).toEqual(bytes(expected.weights));
  expect(bytes(actual.prices)).toEqual(bytes(expected.prices));
}

function bytes(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}

test('O12 WebAssembly and TypeScript give the same bits on random accounts', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.integer({ min: -6, max: 2 }), (seed, isFeasible, power) => {
      const base = randomProblem(seed, { assetCountMax: 30, hasCosts: true, isFeasible });
      const problem = { ...base, riskAversion: 10 ** power };
      const engine = buildEngineProblem(problem);
      const model = modelOf(engine);
      const account = accountBlockOf(engine, sparseRows(engine));
      const first = solveTwice(model, account, { weights: problem.current });
      solveTwice(model, account, { prices: first.prices });
      const target = {
        ...account,
        linear: new Float64Array(model.assetCount),
        target: problem.target,
      };
      solveTwice(model, target, { weights: problem.current });
    }),
    { numRuns: 300 },
  );
});

test('O12 the same bits with market impact of any power', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(1.5, 2, 1.6, 1.25, 1.01), (seed, power) => {
      const problem = randomProblem(seed, { assetCountMax: 20, hasCosts: true, isFeasible: true });
      const engine = buildEngineProblem(problem);
      const rng = new Rng(seed);
      const account: AccountBlock = {
        ...accountBlockOf(engine, sparseRows(engine)),
        impact: {
          kappa: problem.current.map(() => (rng.chance(0.8) ? 0.1 * rng.uniform() : 0)),
          center: problem.current,
          power,
        },
      };
      expect(solveTwice(modelOf(engine), account, { weights: problem.current }).status).toBe(
        'converged',
      );
    }),
  );
});

test.each(['plain-n100-k1', 'ria-n100-k20-l1', 'ria-n500-k65-tax-sec', 'ria-n501-k130-tax-sec'])(
  'O12 the same bits on %s',
  (name) => {
    const set = instanceSet(name);
    for (const account of [0, 1]) {
      const problem = set.problem(account);
      const engine = buildEngineProblem(problem);
      const block = accountBlockOf(engine, sparseRows(engine));
      const answer = solveTwice(modelOf(engine), block, { weights: problem.current });
      expect(answer.status).toBe('converged');
      const next = buildEngineProblem(set.problem(account, 1));
      const warm = accountBlockOf(next, sparseRows(next));
      solveTwice(modelOf(engine), warm, { prices: answer.prices });
    }
  },
);

test('O13 an answer does not depend on the accounts solved before it', () => {
  const set = instanceSet('ria-n100-k20-l1');
  const accounts = [0, 1, 2].map((account) => {
    const problem = set.problem(account);
    const engine = buildEngineProblem(problem);
    // Accounts without rows and with fewer segments come between: nothing of theirs may stay behind.
    const rows = account === 1 ? { ...engine, rowCount: 0, columns: withoutRows(engine) } : engine;
    const bare =
      account === 1 ? { rowLower: new Float64Array(0), rowUpper: new Float64Array(0) } : {};
    return {
      current: problem.current,
      block: { ...accountBlockOf(engine, sparseRows(rows)), ...bare },
    };
  });
  const model = modelOf(buildEngineProblem(set.problem(0)));
  const solveAll = (order: readonly number[]): Map<number, EngineAnswer> => {
    const engine = createAccountEngine(model);
    return new Map(
      order.map((index) => {
        const { block, current } = accounts[index] as (typeof accounts)[number];
        return [index, engine.solve(block, { weights: current }, OPTIONS)];
      }),
    );
  };
  const forward = solveAll([0, 1, 2]);
  const backward = solveAll([2, 1, 0]);
  for (const [index, answer] of forward) {
    expectSameBits(backward.get(index) as EngineAnswer, answer);
  }
});

function withoutRows({
  columns,
  assetCount,
  factorCount: k,
  rowCount: m,
}: EngineProblem): Float64Array {
  const bare = new Float64Array(assetCount * k);
  for (let i = 0; i < assetCount; i += 1) {
    bare.set(columns.subarray(i * (k + m), i * (k + m) + k), i * k);
  }
  return bare;
}

test('O3 a permuted universe gives the same bytes once it is sorted by asset', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, { assetCountMax: 30, hasCosts: true, isFeasible: true });
      const shuffled = reordered(problem, new Rng(seed).shuffle([...problem.assets.keys()]));
      const names = shuffled.assets;
      const byName = [...names.keys()].sort((a, b) => (at(names, a) < at(names, b) ? -1 : 1));
      const sorted = reordered(shuffled, byName);
      const solve = (one: OptimizationProblem): EngineAnswer => {
        const start = { prices: new Float64Array(one.factorCount + one.rows.length) };
        const engine = buildEngineProblem(one);
        const block = accountBlockOf(engine, sparseRows(engine));
        return createAccountEngine(modelOf(engine)).solve(block, start, OPTIONS);
      };
      expectSameBits(solve(sorted), solve(problem));
    }),
  );
});

function at<T>(values: ArrayLike<T>, i: number): T {
  return values[i] as T;
}

function reordered(problem: OptimizationProblem, order: readonly number[]): OptimizationProblem {
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(order, (from) => at(values, from));
  const k = problem.factorCount;
  const factors = new Float64Array(problem.factors.length);
  order.forEach((from, to) => {
    factors.set(problem.factors.subarray(from * k, from * k + k), to * k);
  });
  return {
    ...problem,
    assets: order.map((from) => at(problem.assets, from)),
    target: pick(problem.target),
    current: pick(problem.current),
    specificVariance: pick(problem.specificVariance),
    factors,
    linear: problem.linear === null ? null : pick(problem.linear),
    costs: order.map((from) => at(problem.costs, from)),
    lower: pick(problem.lower),
    upper: pick(problem.upper),
    rows: problem.rows.map((row) => ({ ...row, coefficients: pick(row.coefficients) })),
  };
}
