/** Problem files for the bench of general problems: the public set, folders named, or generated small ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readGeneralProblem } from '../../src/connectors/index.ts';
import { sparseMatrix, type GeneralProblem } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { sharedData } from '../../test/support/shared-data.ts';

export interface NamedProblem {
  readonly name: string;
  readonly problem: GeneralProblem;
}

export interface ProblemSet {
  readonly source: string;
  readonly problems: readonly NamedProblem[];
  /** Files that our readers refuse, with the first reason. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Folders of QPS, MPS and JSON files, gzipped or not, separated by `:`. */
const FOLDERS_VARIABLE = 'EVENKEEL_QPS_FOLDERS';
const PROBLEM_FILE = /\.(qps|mps|json)(\.gz)?$/i;
const GENERATED = 12;

export function problemSet(): ProblemSet {
  const data = sharedData('optimisation-instances');
  const folders = [
    ...(data.isAvailable ? [data.path('maros-meszaros-qps')] : []),
    ...(process.env[FOLDERS_VARIABLE] ?? '').split(':').filter((folder) => folder !== ''),
  ].filter((folder) => existsSync(folder));
  if (folders.length === 0) {
    const source = `${String(GENERATED)} generated problems: ${data.reason}, ${FOLDERS_VARIABLE} names no folder`;
    return { source, problems: generated(), refused: [] };
  }
  const problems: NamedProblem[] = [];
  const refused: { name: string; reason: string }[] = [];
  for (const folder of folders) {
    for (const file of readdirSync(folder)
      .filter((name) => PROBLEM_FILE.test(name))
      .sort()) {
      const bytes = readFileSync(join(folder, file));
      const text = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      const { problem, findings } = readGeneralProblem(file, text);
      const name = file.replace(PROBLEM_FILE, '');
      if (problem === null) refused.push({ name, reason: findings[0]?.message ?? '' });
      else if (problem.isInteger === null) problems.push({ name, problem });
      else refused.push({ name, reason: 'has integer variables' });
    }
  }
  return { source: folders.map((folder) => basename(folder)).join(', '), problems, refused };
}

/** Random convex problems around a feasible point, so that CI has something to run on without the public set. */
function generated(): NamedProblem[] {
  return Array.from({ length: GENERATED }, (_, seed) => {
    const rng = new Rng(500 + seed);
    const n = 5 + Math.floor(rng.uniform() * 30);
    const m = 3 + Math.floor(rng.uniform() * 10);
    const numbers = (count: number): number[] =>
      Array.from({ length: count }, () => Math.round((rng.uniform() - 0.5) * 64) / 8);
    const inside = numbers(n);
    const A = numbers(n * m).map((value) => (rng.uniform() < 0.4 ? value : 0));
    const grid = (rows: number, values: readonly number[]): GeneralProblem['A'] =>
      sparseMatrix(
        { rowCount: rows, columnCount: n },
        {
          rows: values.map((_v, e) => Math.floor(e / n)),
          columns: values.map((_v, e) => e % n),
          values,
        },
      ).matrix;
    const activity = Array.from({ length: m }, (_r, i) =>
      inside.reduce((sum, x, j) => sum + x * (A[i * n + j] as number), 0),
    );
    const diagonal = Array.from({ length: n * n }, (_v, e) =>
      e % (n + 1) === 0 ? rng.uniform() * 4 : 0,
    );
    const problem: GeneralProblem = {
      name: `generated-${String(seed)}`,
      variables: inside.map((_x, j) => `x${String(j)}`),
      rows: activity.map((_a, i) => `r${String(i)}`),
      P: grid(n, diagonal),
      q: Float64Array.from(numbers(n)),
      constant: 0,
      A: grid(m, A),
      rowLower: Float64Array.from(activity, (a, i) => (i % 3 === 0 ? a : a - 1)),
      rowUpper: Float64Array.from(activity, (a, i) => (i % 3 === 0 ? a : a + 2)),
      lower: Float64Array.from(inside, (x) => x - 3),
      upper: Float64Array.from(inside, (x) => x + 3),
      isInteger: null,
    };
    return { name: problem.name, problem };
  });
}
