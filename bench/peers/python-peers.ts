/**
 * Native solvers in a Python of their own: EVENKEEL_PEERS_PYTHON names it (default python3). What is not
 * installed is left out with the reason, so that the benches run anywhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GeneralProblem } from '../../src/domain/index.ts';
import type { PrimalDualPoint } from './residuals.ts';

export const PYTHON_SOLVERS = ['piqp', 'clarabel', 'osqp', 'quadprog'] as const;
export type PythonSolver = (typeof PYTHON_SOLVERS)[number];

export interface PythonPeers {
  readonly python: string;
  /** Installed solvers with their versions. */
  readonly versions: Readonly<Partial<Record<PythonSolver, string>>>;
  /** Why some or all are left out; '' when none is. */
  readonly reason: string;
}

export interface PeerJob {
  readonly problems: readonly { readonly name: string; readonly problem: GeneralProblem }[];
  readonly solvers: readonly PythonSolver[];
  /** Absolute. */
  readonly tolerances: readonly number[];
  /** The median of so many runs is reported, unless the first takes long. */
  readonly repeats: number;
  readonly timeLimitSeconds: number;
}

export interface PeerAnswer {
  readonly problem: string;
  readonly solver: string;
  readonly tolerance: number;
  readonly status: string;
  readonly setupSeconds: number;
  readonly solveSeconds: number;
  /** null when the solver refused or gave nothing. */
  readonly point: PrimalDualPoint | null;
}

const script = join(import.meta.dirname, 'solve_peers.py');
/** Beyond the sum of all time limits: what a solver may take to notice that its time is over. */
const GRACE_SECONDS = 120;

export function findPythonPeers(): PythonPeers {
  const python = process.env['EVENKEEL_PEERS_PYTHON'] ?? 'python3';
  try {
    const text = execFileSync(python, [script, 'versions'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: GRACE_SECONDS * 1000,
    });
    const found = JSON.parse(text) as Record<string, string>;
    if (found['numpy'] === undefined || found['scipy'] === undefined) {
      return { python, versions: {}, reason: `${python} has no numpy and scipy` };
    }
    const missing = PYTHON_SOLVERS.filter((name) => found[name] === undefined);
    const versions = Object.fromEntries(
      PYTHON_SOLVERS.flatMap((name) => {
        const version = found[name];
        return version === undefined ? [] : [[name, version]];
      }),
    );
    const reason = missing.length === 0 ? '' : `${python} has no ${missing.join(', ')}`;
    return { python, versions, reason };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = `${python} cannot run the peers (set EVENKEEL_PEERS_PYTHON)`;
    return { python, versions: {}, reason };
  }
}

/** Runs a job in one process. @throws Error with what Python said, when it fails as a whole */
export function runPythonPeers(peers: PythonPeers, job: PeerJob): PeerAnswer[] {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-peers-'));
  try {
    const problems = job.problems.map(({ name, problem }, i) => {
      const file = join(directory, `problem-${String(i)}.bin`);
      writeFileSync(file, problemBytes(problem));
      return { name, file };
    });
    const jobFile = join(directory, 'job.json');
    const { solvers, tolerances, repeats, timeLimitSeconds } = job;
    const request = { problems, solvers, tolerances, repeats, timeLimit: timeLimitSeconds };
    writeFileSync(jobFile, JSON.stringify({ ...request, out: directory }));
    const count = problems.length * solvers.length * tolerances.length * repeats;
    const { status, stdout, stderr } = spawnSync(peers.python, [script, 'solve', jobFile], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      timeout: (count * timeLimitSeconds + GRACE_SECONDS) * 1000,
      // One thread each, like ours.
      env: {
        ...process.env,
        OMP_NUM_THREADS: '1',
        OPENBLAS_NUM_THREADS: '1',
        RAYON_NUM_THREADS: '1',
      },
    });
    if (status !== 0) throw new Error(`the peers failed: ${stderr.slice(-2000)}`);
    const sizes = new Map(job.problems.map(({ name, problem }) => [name, problem]));
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => answerOf(JSON.parse(line) as AnswerLine, sizes));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface AnswerLine {
  readonly problem: string;
  readonly solver: string;
  readonly tolerance: number;
  readonly status: string;
  readonly setupSeconds?: number;
  readonly solveSeconds?: number;
  readonly file: string | null;
}

function answerOf(line: AnswerLine, problems: ReadonlyMap<string, GeneralProblem>): PeerAnswer {
  const { problem, solver, tolerance, status, setupSeconds = NaN, solveSeconds = NaN } = line;
  const size = problems.get(problem);
  const answer = { problem, solver, tolerance, status, setupSeconds, solveSeconds };
  if (line.file === null || size === undefined) return { ...answer, point: null };
  const n = size.variables.length;
  const m = size.rows.length;
  const bytes = readFileSync(line.file);
  const values = new Float64Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  const [x, y, z] = [values.slice(0, n), values.slice(n, n + m), values.slice(n + m)];
  return { ...answer, point: { x, rowDuals: y, boundDuals: z } };
}

/** The layout is stated at the head of solve_peers.py. */
function problemBytes(problem: GeneralProblem): Buffer {
  const { A, P } = problem;
  const head = {
    n: problem.variables.length,
    m: problem.rows.length,
    nonzerosA: A.values.length,
    nonzerosP: P.values.length,
  };
  const parts = [
    problem.q,
    problem.rowLower,
    problem.rowUpper,
    problem.lower,
    problem.upper,
    A.values,
    P.values,
    A.columnStart,
    A.rowIndex,
    P.columnStart,
    P.rowIndex,
  ];
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)),
  ]);
}
