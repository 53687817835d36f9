/**
 * Our optimizer beside two others on the same accounts: quadprog (dense dual active set) and HiGHS (quadratic
 * active set, WebAssembly). Without trading costs, because quadprog has none: minimize the tracking variance
 * to a target, long only, fully invested, two limits on sectors.
 *
 * Peers are handed their input ready made: neither the dense covariance nor the model's text is on their
 * clock, but reading the text is on that of HiGHS, which takes nothing else. Ours builds its own structures
 * and proves its answer inside the time.
 */
import highsLoader, { type LegacyHighs } from 'highs';
import { createRequire } from 'node:module';
import Table from 'cli-table3';
import type { OptimizationProblem } from '../src/domain/index.ts';
import { Rng } from '../src/kernel/index.ts';
import { optimize } from '../src/optimizer/index.ts';
import { growthExponent } from './growth.ts';

interface Quadprog {
  solveQP(
    matrix: number[][],
    linear: number[],
    constraints: number[][],
    bounds: number[],
    equalities: number,
  ): { readonly value: number[]; readonly message: string };
}
const quadprog = createRequire(import.meta.url)('quadprog') as Quadprog;
const loadHighs = highsLoader as unknown as () => Promise<LegacyHighs>;

const SIZES = [30, 60, 120, 240];
const SMOKE_SIZES = [20, 40];
const FACTORS = 10;
const SECTORS = 2;
const WARMING_SIZE = 40;
const WARMING_PASSES = 10;
/** Accounts per size; the median of their times is reported. */
const ACCOUNTS = 7;
/** Values that differ by more are not the same answer, and the row says so. */
const SAME_VALUE = 1e-6;

export interface PeerFigures {
  readonly names: number;
  /** Milliseconds per account, median. */
  readonly ours: number;
  readonly quadprog: number;
  readonly highs: number;
  /** Accounts on which a peer failed or found another value. */
  readonly disagreements: { readonly quadprog: number; readonly highs: number };
}

export interface PeerSummary {
  readonly sizes: readonly PeerFigures[];
  readonly growthExponents: Readonly<Record<'ours' | 'quadprog' | 'highs', number>>;
}

/** @param scale `smoke` for CI: that it runs and agrees, not how fast the machine is */
export async function optimizerPeers(scale: 'smoke' | 'full'): Promise<PeerSummary> {
  const highs = await loadHighs();
  const figures: PeerFigures[] = [];
  // Compiled code only: without this the first size would be charged for the compiler's work.
  for (let pass = 0; pass < WARMING_PASSES; pass += 1) measure(WARMING_SIZE, highs);
  for (const names of scale === 'smoke' ? SMOKE_SIZES : SIZES) figures.push(measure(names, highs));
  const sizes = figures.map((f) => f.names);
  const growth = (of: 'ours' | 'quadprog' | 'highs'): number =>
    growthExponent(
      sizes,
      figures.map((f) => f[of]),
    );
  const growthExponents = {
    ours: growth('ours'),
    quadprog: growth('quadprog'),
    highs: growth('highs'),
  };
  print(figures, growthExponents);
  return { sizes: figures, growthExponents };
}

function measure(names: number, highs: LegacyHighs): PeerFigures {
  const times = { ours: [] as number[], quadprog: [] as number[], highs: [] as number[] };
  const disagreements = { quadprog: 0, highs: 0 };
  for (let seed = 0; seed < ACCOUNTS; seed += 1) {
    const problem = account(names, seed);
    const dense = denseOf(problem);
    const text = highsText(problem, dense);
    optimize(problem);
    times.ours.push(timed(() => optimize(problem)).milliseconds);
    const value = optimize(problem).certificate.primal;
    const isSame = (other: number): boolean =>
      Math.abs(other + dense.constant - value) <= SAME_VALUE * (1 + Math.abs(value));
    const input = quadprogInput(problem, dense);
    const q = timed(() => quadprog.solveQP(...input));
    times.quadprog.push(q.milliseconds);
    if (q.result.message !== '' || !isSame(q.result.value[1] ?? NaN)) disagreements.quadprog += 1;
    const h = timed(() => highs.solve(text));
    times.highs.push(h.milliseconds);
    const isSolved = h.result.Status === 'Optimal';
    if (!isSolved || !isSame(h.result.ObjectiveValue / 1e6)) disagreements.highs += 1;
  }
  return {
    names,
    ours: median(times.ours),
    quadprog: median(times.quadprog),
    highs: median(times.highs),
    disagreements,
  };
}

function timed<T>(work: () => T): { result: T; milliseconds: number } {
  const started = performance.now();
  const result = work();
  return { result, milliseconds: performance.now() - started };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** A seeded account of `names` names that has drifted from its target. */
function account(names: number, seed: number): OptimizationProblem {
  const rng = new Rng(7_000 + names * 100 + seed);
  const vector = (make: (i: number) => number): Float64Array =>
    Float64Array.from({ length: names }, (_, i) => make(i));
  const invested = (values: Float64Array): Float64Array => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => (0.98 * value) / sum);
  };
  const target = invested(vector(() => 0.2 + rng.uniform()));
  const inSector = (s: number): Float64Array => vector((i) => (i % (SECTORS + 2) === s ? 1 : 0));
  const sectorRows = Array.from({ length: SECTORS }, (_, s) => {
    const coefficients = inSector(s);
    const weight = coefficients.reduce((total, c, i) => total + c * (target[i] as number), 0);
    return { name: `sector-${String(s)}`, coefficients, lower: -Infinity, upper: 0.9 * weight };
  });
  return {
    assets: Array.from({ length: names }, (_, i) => `S${String(i).padStart(4, '0')}`),
    target,
    current: invested(vector(() => 0.2 + rng.uniform())),
    specificVariance: vector(() => 0.01 + 0.1 * rng.uniform()),
    factors: Float64Array.from(
      { length: names * FACTORS },
      () => ((rng.uniform() - 0.4) * 0.5) / Math.sqrt(FACTORS),
    ),
    factorCount: FACTORS,
    riskAversion: 10,
    linear: null,
    costs: Array.from({ length: names }, () => null),
    lower: vector(() => 0),
    upper: vector(() => 1),
    rows: [
      { name: 'budget', coefficients: vector(() => 1), lower: 0.98, upper: 0.98 },
      ...sectorRows,
    ],
  };
}

interface Dense {
  readonly matrix: readonly number[][];
  /** -Sigma b */
  readonly linear: readonly number[];
  /** b'Sigma b / 2, which both peers leave out. */
  readonly constant: number;
}

function denseOf(problem: OptimizationProblem): Dense {
  const { factors, factorCount: k, specificVariance, riskAversion, target } = problem;
  const indices = problem.assets.map((_, i) => i);
  const matrix = indices.map((i) =>
    indices.map((j) => {
      let value = i === j ? (specificVariance[i] as number) : 0;
      for (let f = 0; f < k; f += 1) {
        value += (factors[i * k + f] as number) * (factors[j * k + f] as number);
      }
      return value * riskAversion;
    }),
  );
  const product = matrix.map((row) =>
    row.reduce((total, value, j) => total + value * (target[j] as number), 0),
  );
  const constant = product.reduce(
    (total, value, i) => total + (value * (target[i] as number)) / 2,
    0,
  );
  return { matrix, linear: product.map((value) => -value), constant };
}

/** min 1/2 x'Dx - d'x with A'x >= b, equalities first; every array counts from one. */
function quadprogInput(
  problem: OptimizationProblem,
  { matrix, linear }: Dense,
): Parameters<Quadprog['solveQP']> {
  const fromOne = (values: readonly number[]): number[] => [0, ...values];
  const rows = problem.rows.map(({ coefficients, lower, upper }) =>
    lower === upper
      ? { a: [...coefficients], b: lower }
      : { a: [...coefficients].map((c) => -c), b: -upper },
  );
  const constraints = problem.assets.map((_, i) => [
    ...rows.map(({ a }) => a[i] as number),
    ...problem.assets.flatMap((__, j) => (i === j ? [1, -1] : [0, 0])),
  ]);
  const bounds = [...rows.map(({ b }) => b), ...problem.assets.flatMap(() => [0, -1])];
  return [
    [[], ...matrix.map(fromOne)],
    fromOne(linear.map((value) => -value)),
    [[], ...constraints.map(fromOne)],
    fromOne(bounds),
    1,
  ];
}

/** Weights in thousandths, objective in millionths: on weights of order 1e-3 its quadratic solver stalls. */
function highsText(problem: OptimizationProblem, { matrix, linear }: Dense): string {
  const number = (value: number): string =>
    `${value < 0 ? '-' : '+'} ${Math.abs(value).toFixed(12)}`;
  const name = (i: number): string => `x${String(i)}`;
  const terms = linear.map((value, i) => `${number(value * 1e3)} ${name(i)}`);
  const squares = matrix.flatMap((row, i) =>
    row
      .slice(i)
      .map((value, offset) =>
        offset === 0
          ? `${number(value)} ${name(i)} ^ 2`
          : `${number(2 * value)} ${name(i)} * ${name(i + offset)}`,
      ),
  );
  const rows = problem.rows.map(({ coefficients, lower, upper }, r) => {
    const sum = [...coefficients].flatMap((c, i) => (c === 0 ? [] : [`${number(c)} ${name(i)}`]));
    const relation = lower === upper ? '=' : '<=';
    return `r${String(r)}: ${sum.join(' ')} ${relation} ${(upper * 1e3).toFixed(12)}`;
  });
  const bounds = problem.assets.map((_, i) => `0 <= ${name(i)} <= 1000`);
  const objective = `obj: ${terms.join(' ')} + [ ${squares.join(' ')} ] / 2`;
  return `Minimize\n ${objective}\nSubject To\n${rows.join('\n')}\nBounds\n${bounds.join('\n')}\nEnd\n`;
}

function print(
  figures: readonly PeerFigures[],
  growthExponents: PeerSummary['growthExponents'],
): void {
  const table = new Table({
    head: ['names', 'ours ms', 'quadprog ms', 'ratio', 'HiGHS ms', 'ratio', 'disagreements'],
    colAligns: Array.from({ length: 7 }, () => 'right' as const),
    style: { head: [], border: [] },
  });
  for (const f of figures) {
    table.push([
      String(f.names),
      f.ours.toFixed(3),
      f.quadprog.toFixed(2),
      (f.quadprog / f.ours).toFixed(0),
      f.highs.toFixed(2),
      (f.highs / f.ours).toFixed(0),
      `${String(f.disagreements.quadprog)} / ${String(f.disagreements.highs)}`,
    ]);
  }
  const { ours, quadprog: q, highs } = growthExponents;
  process.stdout.write(
    `${table.toString()}\ngrowth exponent in names: ours ${ours.toFixed(2)}, ` +
      `quadprog ${q.toFixed(2)}, HiGHS ${highs.toFixed(2)}\n`,
  );
}
