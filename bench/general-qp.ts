/**
 * General convex problems: ours beside PIQP, Clarabel, OSQP (native, by Python) and HiGHS (WebAssembly), on the
 * public Maros-Meszaros files. Every solver is asked for an absolute accuracy (relative tolerances zero) and judged
 * by one checker from the problem as read: it succeeds when its primal residual, dual residual and gap are within
 * it. Failures count with the time limit in the mean of times.
 */
import Table from 'cli-table3';
import { solveGeneral } from '../src/optimizer/index.ts';
import { loadHighs } from '../test/support/highs-model.ts';
import { solveByHighs } from './peers/highs-peer.ts';
import { problemSet, type NamedProblem } from './peers/problem-set.ts';
import {
  findPythonPeers,
  runPythonPeers,
  type PeerAnswer,
  type PythonSolver,
} from './peers/python-peers.ts';
import { isWithin, residuals } from './peers/residuals.ts';

const TOLERANCES = [1e-3, 1e-6, 1e-9];
const NATIVE: readonly PythonSolver[] = ['piqp', 'clarabel', 'osqp'];
const SMOKE_PROBLEMS = 8;
/** Per problem and solver; most take milliseconds. EVENKEEL_PEERS_SECONDS changes it. */
const TIME_LIMIT_SECONDS = 5;
/** Of the shifted geometric mean: times far below it count alike. */
const SHIFT_SECONDS = 0.01;

export interface SolverFigures {
  readonly solver: string;
  readonly tolerance: number;
  readonly solved: number;
  readonly successPercent: number;
  /** Setup and solution together. */
  readonly shiftedMeanMilliseconds: number;
  readonly failures: readonly string[];
}

export interface GeneralQpSummary {
  readonly source: string;
  readonly problems: number;
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
  readonly peers: Readonly<Record<string, string>>;
  readonly skipped: string;
  readonly timeLimitSeconds: number;
  readonly figures: readonly SolverFigures[];
}

/** @param scale `smoke`: a few files, that it runs and how accurate it is */
export async function generalQp(scale: 'smoke' | 'full'): Promise<GeneralQpSummary> {
  const set = problemSet();
  const problems = scale === 'smoke' ? smallest(set.problems) : set.problems;
  const peers = findPythonPeers();
  if (peers.reason !== '') process.stdout.write(`left out: ${peers.reason}\n`);
  const timeLimitSeconds = Number(process.env['EVENKEEL_PEERS_SECONDS'] ?? TIME_LIMIT_SECONDS);
  const highs = await loadHighs();
  const answers: PeerAnswer[] = [];
  for (const { problem } of problems) solveGeneral(problem);
  for (const tolerance of TOLERANCES) {
    for (const { name, problem } of problems) {
      answers.push(solveOurs({ name, problem }, tolerance));
      answers.push(solveByHighs(highs, { name, problem, tolerance, timeLimitSeconds }));
    }
  }
  const solvers = NATIVE.filter((name) => peers.versions[name] !== undefined);
  if (solvers.length > 0) {
    const job = { problems, solvers, tolerances: TOLERANCES, repeats: 3, timeLimitSeconds };
    answers.push(...runPythonPeers(peers, job));
  }
  const figures = TOLERANCES.flatMap((tolerance) =>
    ranked(
      ['ours', 'highs', ...solvers].map((solver) =>
        figuresOf(problems, answers, { solver, tolerance, timeLimitSeconds }),
      ),
    ),
  );
  print(set.source, problems.length, figures);
  return {
    source: set.source,
    problems: problems.length,
    refused: set.refused,
    peers: peers.versions,
    skipped: peers.reason,
    timeLimitSeconds,
    figures,
  };
}

function smallest(problems: readonly NamedProblem[]): readonly NamedProblem[] {
  const size = ({ problem }: NamedProblem): number =>
    problem.variables.length + problem.rows.length;
  return [...problems].sort((a, b) => size(a) - size(b)).slice(0, SMOKE_PROBLEMS);
}

function solveOurs({ name, problem }: NamedProblem, tolerance: number): PeerAnswer {
  const started = performance.now();
  // Relative and absolute alike: the checker asks for the absolute.
  const result = solveGeneral(problem, { tolerance, absoluteTolerance: tolerance });
  const solveSeconds = (performance.now() - started) / 1000;
  const { x, rowDuals, boundDuals, status } = result;
  const point = { x, rowDuals, boundDuals };
  return { problem: name, solver: 'ours', tolerance, status, setupSeconds: 0, solveSeconds, point };
}

function figuresOf(
  problems: readonly NamedProblem[],
  answers: readonly PeerAnswer[],
  given: { readonly solver: string; readonly tolerance: number; readonly timeLimitSeconds: number },
): SolverFigures {
  const { solver, tolerance, timeLimitSeconds } = given;
  const mine = new Map(
    answers
      .filter((answer) => answer.solver === solver && answer.tolerance === tolerance)
      .map((answer) => [answer.problem, answer]),
  );
  const failures: string[] = [];
  let logarithms = 0;
  for (const { name, problem } of problems) {
    const answer = mine.get(name);
    const isSolved = answer?.point != null && isWithin(residuals(problem, answer.point), tolerance);
    if (!isSolved) failures.push(name);
    const seconds = isSolved
      ? Math.min(timeLimitSeconds, answer.setupSeconds + answer.solveSeconds)
      : timeLimitSeconds;
    logarithms += Math.log(seconds + SHIFT_SECONDS);
  }
  const solved = problems.length - failures.length;
  return {
    solver,
    tolerance,
    solved,
    successPercent: (100 * solved) / problems.length,
    shiftedMeanMilliseconds: 1000 * (Math.exp(logarithms / problems.length) - SHIFT_SECONDS),
    failures,
  };
}

/** Most solved first, then the shortest mean. */
function ranked(figures: readonly SolverFigures[]): SolverFigures[] {
  return [...figures].sort(
    (a, b) => b.solved - a.solved || a.shiftedMeanMilliseconds - b.shiftedMeanMilliseconds,
  );
}

function print(source: string, count: number, figures: readonly SolverFigures[]): void {
  process.stdout.write(`general-qp: ${String(count)} problems of ${source}\n`);
  const table = new Table({
    head: ['accuracy', 'solver', 'solved %', 'mean ms', 'not solved'],
    colAligns: ['right', 'left', 'right', 'right', 'left'],
    colWidths: [10, 10, 10, 10, 60],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { tolerance, solver, successPercent, shiftedMeanMilliseconds, failures } of figures) {
    const shown = failures.slice(0, 6).join(' ');
    table.push([
      tolerance.toExponential(0),
      solver,
      successPercent.toFixed(1),
      shiftedMeanMilliseconds.toFixed(2),
      failures.length > 6 ? `${shown} … ${String(failures.length)} in all` : shown,
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
