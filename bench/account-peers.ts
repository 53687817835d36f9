/**
 * One account's problem: ours beside solvers of general problems, which get it expanded (peers/expanded-qp.ts). Ours
 * is timed with its certificate, from the problem as the pipeline states it; the peers' input is ready made and
 * their setup is counted. The values must agree: a time beside another answer means nothing.
 */
import Table from 'cli-table3';
import type { GeneralProblem, OptimizationProblem } from '../src/domain/index.ts';
import { ModelEngine, optimize } from '../src/optimizer/index.ts';
import { loadHighs } from '../test/support/highs-model.ts';
import { INSTANCE_NAMES, instanceSet } from './instances/index.ts';
import { expandedQp } from './peers/expanded-qp.ts';
import { solveAccountByHighs } from './peers/highs-peer.ts';
import {
  findPythonPeers,
  runPythonPeers,
  type PeerAnswer,
  type PythonPeers,
  type PythonSolver,
} from './peers/python-peers.ts';
import { residuals } from './peers/residuals.ts';
import { loadScs, solveByScs } from './peers/scs-peer.ts';

const SMOKE = ['plain-n100-k1', 'ria-n100-k20-l1', 'ria-n100-k20-tax-sec'];
/** All but those on which a first-order peer would take minutes without showing more. */
const FULL = INSTANCE_NAMES.filter((name) => !/k130|plain-n3000-k65/.test(name));
/** First-order methods do not get far below this. */
const TOLERANCE = 1e-6;
const TIME_LIMIT_SECONDS = 20;
const WARMING_RUNS = 20;
const RUNS = 15;
const NATIVE_REPEATS = 5;
const REPEAT_BELOW_SECONDS = 0.5;
/** quadprog is dense: it gets the plain instances with their covariance written out, up to this many names. */
const DENSE_NAMES_MAX = 500;
/** A value that differs by more, relative to its size and beyond what the tolerance allows, is another answer. */
const SAME_VALUE = 1e-4;

export interface AccountPeerFigures {
  readonly instance: string;
  /** Of the expanded problem. */
  readonly variables: number;
  readonly rows: number;
  readonly nonzeros: number;
  /** `optimize`, with its certificate; it knows the risk model from the call before. */
  readonly oursMilliseconds: number;
  /** `ModelEngine.solve`: one of many accounts of a risk model, which is set up once; without the certificate. */
  readonly engineMilliseconds: number;
  readonly oursGap: number;
  readonly peers: readonly {
    readonly solver: string;
    readonly setupMilliseconds: number;
    readonly solveMilliseconds: number;
    /** Setup and solution over our time. */
    readonly ratio: number;
    /** Distance of the value from ours; largest violation; both absolute. */
    readonly valueDifference: number | null;
    readonly violation: number | null;
    readonly isSame: boolean;
  }[];
}

export interface AccountPeerSummary {
  readonly tolerance: number;
  readonly timeLimitSeconds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly skipped: string;
  readonly instances: readonly AccountPeerFigures[];
}

/** @param scale `smoke`: the smallest instances, that it runs and agrees */
export async function accountPeers(scale: 'smoke' | 'full'): Promise<AccountPeerSummary> {
  const python = findPythonPeers();
  if (python.reason !== '') process.stdout.write(`left out: ${python.reason}\n`);
  const timeLimitSeconds = Number(process.env['EVENKEEL_PEERS_SECONDS'] ?? TIME_LIMIT_SECONDS);
  const inProcess = { highs: await loadHighs(), scs: await loadScs() };
  const instances = (scale === 'smoke' ? SMOKE : FULL).map((name) => {
    const account = instanceSet(name).problem(0);
    const given = { name, problem: expandedQp(account), tolerance: TOLERANCE, timeLimitSeconds };
    return figuresOf(account, given, [
      repeated(() => solveAccountByHighs(inProcess.highs, given)),
      repeated(() => solveByScs(inProcess.scs, given)),
      ...nativeAnswers(python, account, given),
    ]);
  });
  print(instances);
  const { versions, reason } = python;
  return { tolerance: TOLERANCE, timeLimitSeconds, versions, skipped: reason, instances };
}

interface Given {
  readonly name: string;
  readonly problem: GeneralProblem;
  readonly tolerance: number;
  readonly timeLimitSeconds: number;
}

/** The median run; the first also compiles, and what takes long is not repeated. */
function repeated(solve: () => PeerAnswer): PeerAnswer {
  const seconds = (answer: PeerAnswer): number => answer.setupSeconds + answer.solveSeconds;
  const first = solve();
  if (!(seconds(first) < REPEAT_BELOW_SECONDS)) return first;
  const again = Array.from({ length: NATIVE_REPEATS }, solve);
  again.sort((a, b) => seconds(a) - seconds(b));
  return again[Math.floor(again.length / 2)] as PeerAnswer;
}

function nativeAnswers(
  python: PythonPeers,
  account: OptimizationProblem,
  given: Given,
): PeerAnswer[] {
  const { name, problem, timeLimitSeconds } = given;
  const installed = (solver: PythonSolver): boolean => python.versions[solver] !== undefined;
  const run = (solvers: readonly PythonSolver[], input: GeneralProblem): PeerAnswer[] =>
    solvers.some(installed)
      ? runPythonPeers(python, {
          problems: [{ name, problem: input }],
          solvers: solvers.filter(installed),
          tolerances: [TOLERANCE],
          repeats: NATIVE_REPEATS,
          timeLimitSeconds,
        })
      : [];
  const isDense = name.startsWith('plain') && account.assets.length <= DENSE_NAMES_MAX;
  return [
    ...run(['piqp', 'clarabel', 'osqp'], problem),
    ...(isDense ? run(['quadprog'], denseQp(account, problem)) : []),
  ];
}

/** The same account over its weights alone, P = lambda (D + FF') written out; for costs there is no room. */
function denseQp(account: OptimizationProblem, expanded: GeneralProblem): GeneralProblem {
  const n = account.assets.length;
  const { factorCount: k, factors, riskAversion, specificVariance, target } = account;
  const at = (values: ArrayLike<number>, i: number): number => values[i] as number;
  const values = new Float64Array(n * n);
  const rowIndex = new Int32Array(n * n);
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < n; i += 1) {
      let value = i === j ? at(specificVariance, i) : 0;
      for (let f = 0; f < k; f += 1) value += at(factors, i * k + f) * at(factors, j * k + f);
      values[j * n + i] = riskAversion * value;
      rowIndex[j * n + i] = i;
    }
  }
  const columnStart = Int32Array.from({ length: n + 1 }, (_, j) => j * n);
  const P = { rowCount: n, columnCount: n, columnStart, rowIndex, values };
  const product = (j: number): number =>
    target.reduce((sum, b, i) => sum + b * at(values, j * n + i), 0);
  const q = Float64Array.from(target, (_, j) => (account.linear?.[j] ?? 0) - product(j));
  const constant = target.reduce((sum, b, j) => sum + (b * product(j)) / 2, 0);
  const entries = expandedQp({ ...account, factorCount: 0, factors: new Float64Array(0) });
  return { ...expanded, ...entries, P, q, constant };
}

function figuresOf(
  account: OptimizationProblem,
  given: Given,
  answers: readonly PeerAnswer[],
): AccountPeerFigures {
  const { name, problem } = given;
  const ours = medianMilliseconds(() => optimize(account));
  const engine = new ModelEngine(account);
  const oursInEngine = medianMilliseconds(() => engine.solve(account));
  const { primal, gap } = optimize(account).certificate;
  return {
    instance: name,
    variables: problem.variables.length,
    rows: problem.rows.length,
    nonzeros: problem.A.values.length + problem.P.values.length,
    oursMilliseconds: ours,
    engineMilliseconds: oursInEngine,
    oursGap: gap,
    peers: answers.map((answer) => {
      const input = answer.solver === 'quadprog' ? denseQp(account, problem) : problem;
      const found = answer.point === null ? null : residuals(input, answer.point);
      const milliseconds = 1000 * (answer.setupSeconds + answer.solveSeconds);
      const distance = found === null ? null : Math.abs(found.objective - primal);
      const allowed = Math.max(SAME_VALUE * Math.abs(primal), 10 * TOLERANCE);
      const isSame =
        found !== null && distance !== null && distance < allowed && found.primal < SAME_VALUE;
      return {
        solver: answer.solver,
        setupMilliseconds: 1000 * answer.setupSeconds,
        solveMilliseconds: 1000 * answer.solveSeconds,
        ratio: milliseconds / ours,
        valueDifference: distance,
        violation: found?.primal ?? null,
        isSame,
      };
    }),
  };
}

function medianMilliseconds(work: () => unknown): number {
  for (let run = 0; run < WARMING_RUNS; run += 1) work();
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  }).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] as number;
}

function print(instances: readonly AccountPeerFigures[]): void {
  const solvers = [...new Set(instances.flatMap(({ peers }) => peers.map(({ solver }) => solver)))];
  const table = new Table({
    head: ['instance', 'ours ms', 'engine ms', ...solvers.map((solver) => `${solver} ms (ratio)`)],
    colAligns: ['left', 'right', 'right', ...solvers.map(() => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const { instance, oursMilliseconds, engineMilliseconds, peers } of instances) {
    const cells = solvers.map((solver) => {
      const peer = peers.find((one) => one.solver === solver);
      if (peer === undefined) return '-';
      const milliseconds = peer.setupMilliseconds + peer.solveMilliseconds;
      if (!Number.isFinite(milliseconds)) return 'failed';
      return `${milliseconds.toFixed(2)} (${peer.ratio.toFixed(1)})${peer.isSame ? '' : ' !'}`;
    });
    table.push([instance, oursMilliseconds.toFixed(3), engineMilliseconds.toFixed(3), ...cells]);
  }
  process.stdout.write(
    `account-peers, peers at ${String(TOLERANCE)} (! another value or failure)\n`,
  );
  process.stdout.write(`${table.toString()}\n`);
}
