/**
 * How exact and how certain the answers are, on thousands of random accounts: every certificate's gap and
 * violation, every claim that limits contradict each other checked by an independent linear program, and on
 * samples the values of three other solvers.
 */
import { createRequire } from 'node:module';
import Table from 'cli-table3';
import type { Highs } from 'highs';
import type { GeneralProblem, OptimizationProblem } from '../src/domain/index.ts';
import { optimize } from '../src/optimizer/index.ts';
import { loadHighs } from '../test/support/highs-model.ts';
import { accuracyProblem, type AccuracyProblem } from './accuracy-problems.ts';
import { expandedQp } from './peers/expanded-qp.ts';
import { solveAccountByHighs } from './peers/highs-peer.ts';
import type { PeerAnswer } from './peers/python-peers.ts';
import { loadScs, solveByScs } from './peers/scs-peer.ts';

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

interface Band {
  readonly least: number;
  readonly most: number;
  readonly problems: number;
}

const BANDS: Readonly<Record<'smoke' | 'full', readonly Band[]>> = {
  smoke: [
    { least: 20, most: 100, problems: 250 },
    { least: 100, most: 600, problems: 40 },
    { least: 600, most: 3000, problems: 4 },
  ],
  full: [
    { least: 20, most: 100, problems: 7000 },
    { least: 100, most: 600, problems: 2500 },
    { least: 600, most: 3000, problems: 500 },
  ],
};
/** Problems per peer and band; peers get the first band only, where all of them reach full accuracy. */
const SAMPLE = { smoke: 12, full: 150 } as const;
const PEER_NAMES_MAX = 100;
/** What counts as the same value, relative to it or to one. */
const SAME_VALUE = 1e-7;
const LP_SECONDS = 20;
/** HighsModelStatus. */
const HIGHS_OPTIMAL = '7';
const HIGHS_INFEASIBLE = '8';

export interface BandFigures {
  readonly names: string;
  readonly problems: number;
  readonly optimal: number;
  readonly infeasible: number;
  /** Infeasible ones that HiGHS, asked for any point within the limits, calls infeasible too. */
  readonly confirmed: number;
  /** Seeds that no engine could prove anything for. */
  readonly unproved: readonly number[];
  readonly worstRelativeGap: number;
  readonly worstViolation: number;
  /** Answers that the first engine did not prove. */
  readonly fellBack: number;
}

export interface PeerAgreement {
  readonly peer: string;
  readonly compared: number;
  /** Problems on which the peer itself did not finish or claims what its own answer contradicts. */
  readonly failed: number;
  readonly worstDifference: number;
  readonly disagreements: readonly number[];
}

export interface AccuracySummary {
  readonly bands: readonly BandFigures[];
  readonly peers: readonly PeerAgreement[];
}

/** @param scale `smoke` for CI: a few hundred problems; `full`: ten thousand */
export async function accuracy(scale: 'smoke' | 'full'): Promise<AccuracySummary> {
  const highs = await loadHighs();
  const bands = BANDS[scale].map((band, index) => bandFigures(highs, band, index));
  const peers = [
    agreement('HiGHS', scale, (problem) => valueByHighs(highs, problem)),
    agreement('SCS', scale, await scsValues()),
    agreement('quadprog', scale, valueByQuadprog),
  ];
  print(bands, peers);
  return { bands, peers };
}

function seedOf(band: number, index: number): number {
  return band * 1_000_000 + index;
}

function bandFigures(highs: Highs, band: Band, index: number): BandFigures {
  let [optimal, infeasible, confirmed, fellBack] = [0, 0, 0, 0];
  let [worstRelativeGap, worstViolation] = [0, 0];
  const unproved: number[] = [];
  for (let p = 0; p < band.problems; p += 1) {
    const seed = seedOf(index, p);
    const { problem } = accuracyProblem(seed, band);
    const { status, certificate, solver } = optimize(problem);
    if (solver.name.includes('interior-point')) fellBack += 1;
    if (status === 'infeasible') {
      infeasible += 1;
      if (isInfeasibleByHighs(highs, problem)) confirmed += 1;
      continue;
    }
    if (status !== 'optimal') {
      unproved.push(seed);
      continue;
    }
    optimal += 1;
    const gap = Math.abs(certificate.gap) / (1 + Math.abs(certificate.primal));
    worstRelativeGap = Math.max(worstRelativeGap, gap);
    worstViolation = Math.max(worstViolation, certificate.maxViolation);
  }
  return {
    names: `${String(band.least)}-${String(band.most)}`,
    problems: band.problems,
    optimal,
    infeasible,
    confirmed,
    unproved,
    worstRelativeGap,
    worstViolation,
    fellBack,
  };
}

function isInfeasibleByHighs(highs: Highs, problem: OptimizationProblem): boolean {
  const limits = expandedQp({
    ...problem,
    factorCount: 0,
    factors: new Float64Array(0),
    riskAversion: 0,
    linear: null,
    costs: problem.assets.map(() => null),
  });
  const answer = solveAccountByHighs(highs, given(limits, 1e-9));
  return answer.status === HIGHS_INFEASIBLE;
}

function given(problem: GeneralProblem, tolerance: number): Parameters<typeof solveByScs>[1] {
  return { name: 'account', problem, tolerance, timeLimitSeconds: LP_SECONDS };
}

/** @param valueBy best value, or null where the peer failed or does not take the problem */
function agreement(
  peer: string,
  scale: 'smoke' | 'full',
  valueBy: (problem: OptimizationProblem) => number | null | 'not taken',
): PeerAgreement {
  const band = { least: 20, most: PEER_NAMES_MAX };
  let [compared, failed, worstDifference] = [0, 0, 0];
  const disagreements: number[] = [];
  for (let p = 0; compared + failed < SAMPLE[scale] && p < 20 * SAMPLE[scale]; p += 1) {
    const seed = seedOf(9, p);
    const { problem }: AccuracyProblem = accuracyProblem(seed, band);
    const { status, certificate } = optimize(problem);
    if (status !== 'optimal') continue;
    const value = valueBy(problem);
    if (value === 'not taken') continue;
    if (value === null) {
      failed += 1;
      continue;
    }
    compared += 1;
    const difference = Math.abs(value - certificate.primal) / (1 + Math.abs(value));
    worstDifference = Math.max(worstDifference, difference);
    if (difference > SAME_VALUE) disagreements.push(seed);
  }
  return { peer, compared, failed, worstDifference, disagreements };
}

function valueByHighs(highs: Highs, problem: OptimizationProblem): number | null {
  const expanded = expandedQp(problem);
  const answer = solveAccountByHighs(highs, given(expanded, 1e-9));
  return answer.status === HIGHS_OPTIMAL ? valueOf(expanded, answer) : null;
}

async function scsValues(): Promise<(problem: OptimizationProblem) => number | null> {
  const scs = await loadScs();
  return (problem) => {
    const expanded = expandedQp(problem);
    const answer = solveByScs(scs, given(expanded, 1e-9));
    return /SOLVED"?$/.test(answer.status) ? valueOf(expanded, answer) : null;
  };
}

/** x'Px/2 + q'x + constant at the peer's point. */
function valueOf({ P, q, constant }: GeneralProblem, { point }: PeerAnswer): number | null {
  if (point === null) return null;
  let value = constant;
  for (let j = 0; j < P.columnCount; j += 1) {
    const x = point.x[j] as number;
    value += (q[j] as number) * x;
    for (let e = P.columnStart[j] as number; e < (P.columnStart[j + 1] as number); e += 1) {
      value += ((P.values[e] as number) * x * (point.x[P.rowIndex[e] as number] as number)) / 2;
    }
  }
  return value;
}

/** Dense dual active set: problems without costs, strictly convex, up to the sample's size. */
function valueByQuadprog(problem: OptimizationProblem): number | null | 'not taken' {
  const isTaken =
    problem.costs.every((cost) => cost === null) && problem.specificVariance.every((d) => d > 0);
  if (!isTaken) return 'not taken';
  const { factorCount: k, factors, riskAversion, specificVariance, target } = problem;
  const n = problem.assets.length;
  const entry = (i: number, j: number): number => {
    let value = i === j ? (specificVariance[i] as number) : 0;
    for (let f = 0; f < k; f += 1) {
      value += (factors[i * k + f] as number) * (factors[j * k + f] as number);
    }
    return value * riskAversion;
  };
  const indices = Array.from({ length: n }, (_, i) => i);
  const matrix = indices.map((i) => indices.map((j) => entry(i, j)));
  const away = indices.map((i) =>
    indices.reduce((sum, j) => sum + (matrix[i]?.[j] as number) * (target[j] as number), 0),
  );
  const sides: { a: number[]; b: number }[] = [];
  const equal = problem.rows.filter((row) => row.lower === row.upper);
  for (const row of equal) sides.push({ a: [...row.coefficients], b: row.lower });
  for (const row of problem.rows) {
    if (row.lower === row.upper) continue;
    sides.push({ a: [...row.coefficients], b: row.lower });
    sides.push({ a: [...row.coefficients].map((c) => -c), b: -row.upper });
  }
  for (const i of indices) {
    const unit = indices.map((j) => (i === j ? 1 : 0));
    sides.push({ a: unit, b: problem.lower[i] as number });
    sides.push({ a: unit.map((c) => -c), b: -(problem.upper[i] as number) });
  }
  const oneBased = (values: number[]): number[] => [0, ...values];
  const answer = quadprog.solveQP(
    [[], ...matrix.map(oneBased)],
    oneBased(indices.map((i) => (away[i] as number) - (problem.linear?.[i] ?? 0))),
    [[], ...indices.map((i) => oneBased(sides.map(({ a }) => a[i] as number)))],
    oneBased(sides.map(({ b }) => b)),
    equal.length,
  );
  if (answer.message !== '') return null;
  const constant = indices.reduce(
    (sum, i) => sum + ((target[i] as number) * (away[i] as number)) / 2,
    0,
  );
  return (answer.value[1] as number) + constant;
}

function print(bands: readonly BandFigures[], peers: readonly PeerAgreement[]): void {
  const table = new Table({
    head: [
      'names',
      'problems',
      'optimal',
      'infeasible',
      'confirmed',
      'unproved',
      'worst gap',
      'worst violation',
      'fell back',
    ],
  });
  for (const band of bands) {
    table.push([
      band.names,
      band.problems,
      band.optimal,
      band.infeasible,
      band.confirmed,
      band.unproved.length,
      band.worstRelativeGap.toExponential(1),
      band.worstViolation.toExponential(1),
      band.fellBack,
    ]);
  }
  const agreements = new Table({
    head: ['peer', 'compared', 'peer failed', 'worst difference', 'disagree'],
  });
  for (const { peer, compared, failed, worstDifference, disagreements } of peers) {
    agreements.push([
      peer,
      compared,
      failed,
      worstDifference.toExponential(1),
      disagreements.length,
    ]);
  }
  process.stdout.write(`${table.toString()}\n${agreements.toString()}\n`);
}
