/**
 * Choosing few names, with proof: at most ten names of at least 1 % on the frontier sets, fifty values of lambda in
 *
 *   minimize lambda x'Sigma x - (1 - lambda) mu'x,  sum x = 1, x >= 0,
 *
 * proved to 1e-7 of the value; least trades of accounts; whole lots. Times are of one thread, each search by
 * itself; the diagonal split of a set is made once and counted with the set.
 */
import Table from 'cli-table3';
import type { LinearRow } from '../src/domain/index.ts';
import { optimize } from '../src/optimizer/index.ts';
import { optimizeWithMinimumTrade } from '../src/optimizer/integers/index.ts';
import type { ChoiceProblem } from '../src/optimizer/integers/choice-problem.ts';
import { searchChoices } from '../src/optimizer/integers/choice-search.ts';
import { splitDiagonal, withoutDiagonal } from '../src/optimizer/integers/diagonal-split.ts';
import { holdingPieces } from '../src/optimizer/integers/name-pieces.ts';
import { choiceRows } from '../src/optimizer/integers/portfolio-choices.ts';
import { frontierSets, type FrontierSet } from '../test/support/frontier-sets.ts';
import { instanceSet } from './instances/index.ts';

const NAMES = 10;
const LEAST_WEIGHT = 0.01;
const LAMBDAS = 50;
const SMOKE_LAMBDAS = 4;
const SMOKE_SETS = 2;
const LIMIT_MILLISECONDS = 60_000;
const LEAST_TRADE = 0.0005;
const ACCOUNT_INSTANCES = ['ria-n500-k65-l1', 'ria-n500-k65-tax-sec'];
const ACCOUNTS = 40;
const WARMING_ACCOUNTS = 10;

export interface SetFigures {
  readonly set: string;
  readonly names: number;
  readonly values: number;
  readonly proved: number;
  readonly splitMilliseconds: number;
  readonly totalSeconds: number;
  readonly medianMilliseconds: number;
  readonly largestMilliseconds: number;
  readonly nodes: number;
}

export interface TradeFigures {
  readonly instance: string;
  readonly accounts: number;
  /** Time with least trades over time without. */
  readonly timeRatio: number;
  readonly tradesBefore: number;
  readonly tradesAfter: number;
  /** Mean distance to the convex bound, in basis points of the account. */
  readonly gapBps: number;
}

export interface IntegerFigures {
  readonly isPublic: boolean;
  readonly sets: readonly SetFigures[];
  readonly trades: readonly TradeFigures[];
}

/** @param scale `smoke` for CI: that it runs and proves, not how fast the machine is */
export function integers(scale: 'smoke' | 'full'): Promise<IntegerFigures> {
  const { sets, isPublic } = frontierSets();
  const isSmoke = scale === 'smoke';
  const used = isSmoke ? sets.slice(0, SMOKE_SETS) : sets;
  const first = sets[0];
  // Compiled code only: without this the first set would be charged for the compiler's work.
  if (first !== undefined) measureSet(first, SMOKE_LAMBDAS);
  const figures = used.map((set) => measureSet(set, isSmoke ? SMOKE_LAMBDAS : LAMBDAS));
  const trades = (isSmoke ? [] : ACCOUNT_INSTANCES).map(measureTrades);
  print(isPublic, figures, trades);
  return Promise.resolve({ isPublic, sets: figures, trades });
}

function measureSet(set: FrontierSet, values: number): SetFigures {
  const started = performance.now();
  const split = splitDiagonal(set.covariance, set.size, { weights: null, start: null });
  const splitMilliseconds = performance.now() - started;
  const times: number[] = [];
  let proved = 0;
  let nodes = 0;
  for (let e = 0; e < values; e += 1) {
    const problem = frontierProblem(set, split, e / (values - 1));
    const from = performance.now();
    const answer = searchChoices(problem, {
      nodesMax: Infinity,
      shouldStop: () => performance.now() - from > LIMIT_MILLISECONDS,
    });
    times.push(performance.now() - from);
    nodes += answer.nodes;
    if (answer.status === 'proved') proved += 1;
  }
  times.sort((a, b) => a - b);
  return {
    set: set.name,
    names: set.size,
    values,
    proved,
    splitMilliseconds,
    totalSeconds: times.reduce((sum, t) => sum + t, 0) / 1000,
    medianMilliseconds: times[Math.floor(times.length / 2)] as number,
    largestMilliseconds: times.at(-1) as number,
    nodes,
  };
}

function frontierProblem(set: FrontierSet, split: Float64Array, lambda: number): ChoiceProblem {
  const n = set.size;
  const factor = 2 * lambda;
  const countLimit = { maximum: NAMES, isExact: false };
  const budget: LinearRow = {
    name: 'budget',
    coefficients: new Float64Array(n).fill(1),
    lower: 1,
    upper: 1,
  };
  return {
    size: n,
    coupling: withoutDiagonal(set.covariance, split).map((v) => v * factor),
    curvature: split.map((d) => d * factor),
    linear: set.expectedReturns.map((mean) => -(1 - lambda) * mean),
    curves: Array.from({ length: n }, () => null),
    origin: new Float64Array(n),
    pieces: holdingPieces({
      lower: new Float64Array(n),
      upper: new Float64Array(n).fill(1),
      current: new Float64Array(n),
      minimumWeight: LEAST_WEIGHT,
      minimumTrade: new Float64Array(n),
      isLiquidationFree: false,
      countLimit,
    }),
    rows: choiceRows([budget], n),
    countLimit,
    constant: 0,
  };
}

function measureTrades(instance: string): TradeFigures {
  const set = instanceSet(instance);
  const problems = Array.from({ length: ACCOUNTS }, (_, account) => set.problem(account));
  for (const problem of problems.slice(0, WARMING_ACCOUNTS)) {
    optimizeWithMinimumTrade(problem, { minimumTrade: LEAST_TRADE });
  }
  let plain = 0;
  let whole = 0;
  let before = 0;
  let after = 0;
  let gap = 0;
  for (const problem of problems) {
    const count = (weights: Float64Array): number =>
      weights.reduce(
        (sum, x, i) => sum + Number(Math.abs(x - (problem.current[i] as number)) > 1e-9),
        0,
      );
    let from = performance.now();
    const free = optimize(problem);
    plain += performance.now() - from;
    from = performance.now();
    const { result, proof } = optimizeWithMinimumTrade(problem, { minimumTrade: LEAST_TRADE });
    whole += performance.now() - from;
    before += count(free.weights);
    after += count(result.weights);
    gap += proof.gap;
  }
  return {
    instance,
    accounts: problems.length,
    timeRatio: whole / plain,
    tradesBefore: before / problems.length,
    tradesAfter: after / problems.length,
    gapBps: (1e4 * gap) / problems.length,
  };
}

function print(
  isPublic: boolean,
  sets: readonly SetFigures[],
  trades: readonly TradeFigures[],
): void {
  const table = new Table({
    head: ['set', 'names', 'proved', 'split ms', 'total s', 'median ms', 'max ms', 'nodes'],
  });
  for (const one of sets) {
    table.push([
      one.set,
      one.names,
      `${String(one.proved)}/${String(one.values)}`,
      one.splitMilliseconds.toFixed(0),
      one.totalSeconds.toFixed(2),
      one.medianMilliseconds.toFixed(1),
      one.largestMilliseconds.toFixed(0),
      one.nodes,
    ]);
  }
  const source = isPublic ? 'OR-Library' : 'generated sets (no shared data)';
  process.stdout.write(`\nAt most ten names of at least 1 %, ${source}\n${table.toString()}\n`);
  if (trades.length === 0) return;
  const least = new Table({ head: ['accounts', 'time ratio', 'trades', 'kept', 'gap bp'] });
  for (const one of trades) {
    least.push([
      `${String(one.accounts)} x ${one.instance}`,
      one.timeRatio.toFixed(2),
      one.tradesBefore.toFixed(0),
      one.tradesAfter.toFixed(0),
      one.gapBps.toFixed(3),
    ]);
  }
  process.stdout.write(
    `\nTrades of at least 5 bp: time beside one solve, and distance to the bound\n${least.toString()}\n`,
  );
}
