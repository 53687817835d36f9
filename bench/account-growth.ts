/**
 * How the time of one account grows with names, factors, lots per holding and rows, one of them at a time about a middle
 * account: the engine (`ModelEngine`, without certificate) and the whole of `optimize`, cold and from the account's own
 * prices of the day before. Table, fitted exponents and a plot.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { OptimizationProblem } from '../src/domain/index.ts';
import { ModelEngine, optimize } from '../src/optimizer/index.ts';
import { growthExponent } from './growth.ts';
import {
  GROWTH_AXES,
  GROWTH_SERIES,
  sizeOnAxis,
  type GrowthAxis,
  type GrowthExponents,
  type GrowthPoint,
  type GrowthSeries,
  type GrowthSize,
  type GrowthSummary,
} from './growth-figures.ts';
import { growthPlot } from './growth-plot.ts';
import { INSTANCE_SEED, instanceSet } from './instances/index.ts';
import { DOCUMENT_FOLDER, SMOKE_FOLDER } from './result-files.ts';

interface Plan {
  readonly middle: GrowthSize;
  readonly axes: Readonly<Record<GrowthAxis, readonly number[]>>;
  readonly accounts: number;
  readonly repetitions: number;
}
const FULL: Plan = {
  middle: { names: 500, factors: 65, lots: 3, rows: 11 },
  axes: {
    names: [20, 50, 100, 200, 500, 1000, 2000, 3000],
    factors: [5, 10, 20, 40, 65, 90, 130],
    lots: [0, 1, 3, 5, 8],
    rows: [0, 2, 11, 20],
  },
  accounts: 20,
  repetitions: 7,
};
const SMOKE: Plan = {
  middle: { names: 60, factors: 10, lots: 1, rows: 2 },
  axes: { names: [30, 60], factors: [5, 10], lots: [0, 3], rows: [0, 2] },
  accounts: 3,
  repetitions: 2,
};
/** Untimed passes first, and as many as take this long: the optimizing compilers come in while they run. */
const WARMING_PASSES = 3;
const WARMING_MILLISECONDS = 60;
/** Few names under many rows have accounts whose limits contradict each other: they are passed over. */
const TRIES_PER_ACCOUNT = 20;

/** @param scale `smoke` for CI: that it runs, with a plot that is not the committed one */
export function accountGrowth(scale: 'smoke' | 'full'): Promise<GrowthSummary> {
  const plan = scale === 'smoke' ? SMOKE : FULL;
  const points = GROWTH_AXES.flatMap((axis) =>
    plan.axes[axis].map((size) => pointOf(plan, axis, size)),
  );
  const exponents = GROWTH_AXES.map((axis) => exponentsOf(axis, points));
  print(points, exponents);
  const { middle, accounts, repetitions } = plan;
  const summary = { seed: INSTANCE_SEED, middle, accounts, repetitions, points, exponents };
  const folder = scale === 'smoke' ? SMOKE_FOLDER : DOCUMENT_FOLDER;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'account-growth.svg'), growthPlot(summary));
  return Promise.resolve(summary);
}

interface Task {
  readonly today: OptimizationProblem;
  readonly tomorrow: OptimizationProblem;
}

function pointOf(plan: Plan, axis: GrowthAxis, size: number): GrowthPoint {
  const sizes: GrowthSize = { ...plan.middle, [axis]: size };
  const { names, factors, lots, rows } = sizes;
  const instance = `ria-n${String(names)}-k${String(factors)}-lots${String(lots)}-rows${String(rows)}`;
  const { problem } = instanceSet(instance);
  const tasks: Task[] = [];
  let tried = 0;
  for (; tasks.length < plan.accounts && tried < TRIES_PER_ACCOUNT * plan.accounts; tried += 1) {
    const task = { today: problem(tried, 0), tomorrow: problem(tried, 1) };
    const isSolved = [task.today, task.tomorrow].every((one) => optimize(one).status === 'optimal');
    if (isSolved) tasks.push(task);
  }
  const [first] = tasks;
  if (first === undefined) throw new Error(`${instance}: none of its accounts has an answer`);
  return {
    axis,
    size,
    instance,
    accounts: tasks.length,
    passedOver: tried - tasks.length,
    milliseconds: timesOf(plan, tasks, new ModelEngine(first.today)),
  };
}

function timesOf(
  { repetitions }: Plan,
  tasks: readonly Task[],
  engine: ModelEngine,
): Record<GrowthSeries, number> {
  const yesterday = tasks.map(({ today }) => ({
    engine: engine.solve(today),
    whole: optimize(today),
  }));
  const starts = (i: number): (typeof yesterday)[number] =>
    yesterday[i] as (typeof yesterday)[number];
  const median = (solve: (task: Task, i: number) => unknown): number =>
    medianOfLeast(tasks, repetitions, solve);
  return {
    engineCold: median(({ tomorrow }) => engine.solve(tomorrow)),
    engineWarm: median(({ tomorrow }, i) => engine.solve(tomorrow, starts(i).engine)),
    optimizeCold: median(({ tomorrow }) => optimize(tomorrow)),
    optimizeWarm: median(({ tomorrow }, i) => optimize(tomorrow, { start: starts(i).whole })),
  };
}

function medianOfLeast(
  tasks: readonly Task[],
  repetitions: number,
  solve: (task: Task, i: number) => unknown,
): number {
  const least = tasks.map(() => Infinity);
  const began = performance.now();
  let timed = 0;
  for (let pass = 0; timed < repetitions; pass += 1) {
    const isTimed = pass >= WARMING_PASSES && performance.now() - began > WARMING_MILLISECONDS;
    if (isTimed) timed += 1;
    tasks.forEach((task, i) => {
      const started = performance.now();
      solve(task, i);
      const time = performance.now() - started;
      if (isTimed) least[i] = Math.min(least[i] as number, time);
    });
  }
  least.sort((a, b) => a - b);
  return least[Math.floor(least.length / 2)] as number;
}

function exponentsOf(axis: GrowthAxis, points: readonly GrowthPoint[]): GrowthExponents {
  const own = points.filter((point) => point.axis === axis);
  const fitted = (some: readonly GrowthPoint[]): Record<GrowthSeries, number> => {
    const slopeOf = (series: GrowthSeries): number =>
      growthExponent(
        some.map(({ size }) => sizeOnAxis(axis, size)),
        some.map(({ milliseconds }) => milliseconds[series]),
      );
    return {
      engineCold: slopeOf('engineCold'),
      engineWarm: slopeOf('engineWarm'),
      optimizeCold: slopeOf('optimizeCold'),
      optimizeWarm: slopeOf('optimizeWarm'),
    };
  };
  // Two points at least: a slope needs them.
  const half = own.slice(Math.min(Math.floor(own.length / 2), own.length - 2));
  return { axis, all: fitted(own), largerHalf: fitted(half) };
}

function print(points: readonly GrowthPoint[], exponents: readonly GrowthExponents[]): void {
  const table = new Table({
    head: ['axis', 'size', 'engine cold ms', 'warm', 'optimize cold ms', 'warm'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const axis of GROWTH_AXES) {
    for (const { size, milliseconds } of points.filter((point) => point.axis === axis)) {
      const cells = GROWTH_SERIES.map((series) => milliseconds[series].toFixed(3));
      table.push([axis, String(size), ...cells]);
    }
    const fits = exponents.find((one) => one.axis === axis);
    if (fits === undefined) continue;
    table.push([axis, 'exponent', ...GROWTH_SERIES.map((series) => fits.all[series].toFixed(2))]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
