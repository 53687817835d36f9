/** One thread of the throughput bench: its own accounts, solved over and over for as long as it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { createAccountEngine } from '../src/optimizer/newton/account-engine.ts';
import { ColdStart } from '../src/optimizer/newton/cold-start.ts';
import type { EngineAnswer } from '../src/optimizer/newton/engine-types.ts';
import type { AccountBlock } from '../src/optimizer/problem/account-block.ts';
import { SharedModel } from '../src/optimizer/problem/shared-model.ts';
import { instanceSet } from './instances/index.ts';

export interface ThroughputInput {
  readonly instance: string;
  readonly accounts: number;
  /** Of the first account: threads have different ones. */
  readonly first: number;
  readonly seconds: number;
}

export interface ThroughputAnswer {
  readonly solved: number;
  readonly seconds: number;
  readonly failures: number;
  /** Milliseconds of each solve. */
  readonly times: Float64Array;
}

const OPTIONS = { tolerance: 1e-10, iterationsMax: 100 } as const;
const WARMING_PASSES = 5;

const { instance, accounts, first, seconds } = workerData as ThroughputInput;
const set = instanceSet(instance);
const shared = new SharedModel(set.model);
const blocksOf = (day: 0 | 1): AccountBlock[] =>
  Array.from({ length: accounts }, (_, a) => shared.accountBlock(set.problem(first + a, day)));
const today = blocksOf(0);
const tomorrow = blocksOf(1);
const engine = createAccountEngine(shared.block);
const coldStart = new ColdStart(shared.block);

function solveCold(block: AccountBlock): EngineAnswer {
  return engine.solve(block, { prices: coldStart.pricesOf(block) }, OPTIONS);
}
const prices = today.map((block) => solveCold(block).prices);
const solvers = {
  cold: (a: number): EngineAnswer => solveCold(tomorrow[a] as AccountBlock),
  warm: (a: number): EngineAnswer =>
    engine.solve(tomorrow[a] as AccountBlock, { prices: prices[a] as Float64Array }, OPTIONS),
};
for (let pass = 0; pass < WARMING_PASSES; pass += 1) {
  for (let a = 0; a < accounts; a += 1) {
    solvers.cold(a);
    solvers.warm(a);
  }
}

function measure(start: keyof typeof solvers): ThroughputAnswer {
  const solve = solvers[start];
  const times: number[] = [];
  let failures = 0;
  const began = performance.now();
  let now = began;
  for (let solved = 0; now - began < 1000 * seconds; solved += 1) {
    if (solve(solved % accounts).status !== 'converged') failures += 1;
    const then = performance.now();
    times.push(then - now);
    now = then;
  }
  return {
    solved: times.length,
    seconds: (now - began) / 1000,
    failures,
    times: Float64Array.from(times),
  };
}

parentPort?.on('message', (start: keyof typeof solvers) => {
  parentPort?.postMessage(measure(start));
});
parentPort?.postMessage('ready');
