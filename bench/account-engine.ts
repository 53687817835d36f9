/**
 * The account engine alone on the published instances, one thread: milliseconds per account cold (no prices to begin
 * from) and warm (from its own prices of the day before, after every name moved by about 1 %), the
 * TypeScript twin beside WebAssembly, and what the certificate says of the answers.
 *
 * A time is that of copying the account's block in, solving, and copying the answer out. Per account the least of
 * several repetitions counts, because the machine has other work; median, 99th percentile and maximum are over accounts.
 */
import Table from 'cli-table3';
import { certify } from '../src/optimizer/certificate/certificate.ts';
import { createAccountEngine } from '../src/optimizer/newton/account-engine.ts';
import { ColdStart } from '../src/optimizer/newton/cold-start.ts';
import type { EngineAnswer } from '../src/optimizer/newton/engine-types.ts';
import type { AccountBlock } from '../src/optimizer/problem/account-block.ts';
import { SharedModel } from '../src/optimizer/problem/shared-model.ts';
import type { OptimizationProblem } from '../src/domain/index.ts';
import { INSTANCE_NAMES, INSTANCE_SEED, instanceSet } from './instances/index.ts';

const SMOKE_NAMES = ['plain-n100-k1', 'ria-n100-k20-l1'];
const OPTIONS = { tolerance: 1e-10, iterationsMax: 100 } as const;

interface Effort {
  readonly accounts: number;
  readonly repetitions: number;
  /** The twin is some ten times slower: fewer accounts say enough. */
  readonly twinAccounts: number;
}
const FULL: Effort = { accounts: 60, repetitions: 9, twinAccounts: 8 };
const SMOKE: Effort = { accounts: 4, repetitions: 2, twinAccounts: 2 };
/** Untimed passes over the accounts first: the optimizing compilers come in while these run. */
const WARMING_PASSES = 3;

interface Spread {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  /** Accounts per second of one thread, from the mean. */
  readonly perSecond: number;
}

export interface AccountEngineFigures {
  readonly instance: string;
  readonly cold: Spread;
  readonly warm: Spread;
  /** Cold, milliseconds, median. */
  readonly typescript: number;
  readonly iterations: { readonly cold: number; readonly warm: number };
  /** Over all answers: gap beside 1 + |value|, violation in weight. */
  readonly gapMax: number;
  readonly violationMax: number;
  readonly failures: number;
}

/** @param scale `smoke` for CI: that it runs and proves its answers, not how fast the machine is */
export function accountEngine(
  scale: 'smoke' | 'full',
): Promise<{ readonly seed: number; readonly instances: readonly AccountEngineFigures[] }> {
  const names = scale === 'smoke' ? SMOKE_NAMES : INSTANCE_NAMES;
  const instances = names.map((name) => measure(name, scale === 'smoke' ? SMOKE : FULL));
  print(instances);
  return Promise.resolve({ seed: INSTANCE_SEED, instances });
}

interface Task {
  readonly problem: OptimizationProblem;
  readonly block: AccountBlock;
}

function measure(name: string, full: Effort): AccountEngineFigures {
  const set = instanceSet(name);
  const isLarge = set.model.assets.length > 1_000;
  const effort = isLarge
    ? { ...full, accounts: Math.ceil(full.accounts / 3), twinAccounts: 2 }
    : full;
  const shared = new SharedModel(set.model);
  const tasksOf = (day: 0 | 1): Task[] =>
    Array.from({ length: effort.accounts }, (_, account) => {
      const problem = set.problem(account, day);
      return { problem, block: shared.accountBlock(problem) };
    });
  const today = tasksOf(0);
  const tomorrow = tasksOf(1);
  const fast = createAccountEngine(shared.block);
  const slow = createAccountEngine(shared.block, 'typescript');
  const starts = {
    wasm: new ColdStart(shared.block, 'wasm'),
    typescript: new ColdStart(shared.block, 'typescript'),
  };
  const cold = (engine: typeof fast, { block }: Task): EngineAnswer =>
    engine.solve(block, { prices: starts[engine.backend].pricesOf(block) }, OPTIONS);
  const answers = today.map((task) => cold(fast, task));
  const warm = (task: Task, account: number): EngineAnswer =>
    fast.solve(task.block, { prices: (answers[account] as EngineAnswer).prices }, OPTIONS);
  const warmAnswers = tomorrow.map(warm);
  const proofs = [
    ...today.map((task, i) => proofOf(shared, task.problem, answers[i] as EngineAnswer)),
    ...tomorrow.map((task, i) => proofOf(shared, task.problem, warmAnswers[i] as EngineAnswer)),
  ];
  const coldTimes = leastTimes(effort, today, (task) => cold(fast, task));
  const warmTimes = leastTimes(effort, tomorrow, warm);
  const twinTimes = leastTimes(effort, today.slice(0, effort.twinAccounts), (task) =>
    cold(slow, task),
  );
  return {
    instance: name,
    cold: spreadOf(coldTimes),
    warm: spreadOf(warmTimes),
    typescript: spreadOf(twinTimes).median,
    iterations: { cold: mean(answers), warm: mean(warmAnswers) },
    gapMax: Math.max(...proofs.map(({ gap }) => gap)),
    violationMax: Math.max(...proofs.map(({ violation }) => violation)),
    failures: [...answers, ...warmAnswers].filter(({ status }) => status !== 'converged').length,
  };
}

function proofOf(
  shared: SharedModel,
  problem: OptimizationProblem,
  { weights, prices }: EngineAnswer,
): { readonly gap: number; readonly violation: number } {
  const { gap, primal, maxViolation } = certify({
    problem,
    weights,
    ...shared.inUserUnits(problem, prices),
  });
  return { gap: Math.abs(gap) / (1 + Math.abs(primal)), violation: maxViolation };
}

function leastTimes(
  { repetitions }: Effort,
  tasks: readonly Task[],
  solve: (task: Task, account: number) => unknown,
): number[] {
  const least = tasks.map(() => Infinity);
  for (let pass = 0; pass < WARMING_PASSES + repetitions; pass += 1) {
    tasks.forEach((task, i) => {
      const started = performance.now();
      solve(task, i);
      const time = performance.now() - started;
      if (pass >= WARMING_PASSES) least[i] = Math.min(least[i] as number, time);
    });
  }
  return least;
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const total = times.reduce((a, b) => a + b, 0);
  return {
    median: at(0.5),
    p99: at(0.99),
    max: at(1),
    perSecond: Math.round((1e3 * times.length) / total),
  };
}

function mean(answers: readonly EngineAnswer[]): number {
  return answers.reduce((sum, { iterations }) => sum + iterations, 0) / answers.length;
}

function print(instances: readonly AccountEngineFigures[]): void {
  const table = new Table({
    head: [
      'instance',
      'cold ms',
      'p99',
      'per s',
      'it.',
      'warm ms',
      'p99',
      'per s',
      'it.',
      'TypeScript',
      'ratio',
      'gap',
      'violation',
      'failed',
    ],
    colAligns: ['left', ...Array.from({ length: 13 }, () => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const f of instances) {
    table.push([
      f.instance,
      f.cold.median.toFixed(3),
      f.cold.p99.toFixed(3),
      String(f.cold.perSecond),
      f.iterations.cold.toFixed(1),
      f.warm.median.toFixed(3),
      f.warm.p99.toFixed(3),
      String(f.warm.perSecond),
      f.iterations.warm.toFixed(1),
      f.typescript.toFixed(2),
      (f.typescript / f.cold.median).toFixed(1),
      f.gapMax.toExponential(0),
      f.violationMax.toExponential(0),
      String(f.failures),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
