/**
 * The engine's variables. A name without kinks is one variable. A name with kinks (costs, turnover, impact)
 * is a fixed base plus one variable per piece of its curve, upwards and downwards from the base; convexity
 * fills the pieces in their order. w_i = base_i + sum sign_v v.
 */
import type { LinearRow } from '../../../domain/index.ts';
import { slopeAbove, type ConvexProblem } from './convex-problem.ts';

export interface Layout {
  readonly problem: ConvexProblem;
  readonly assetCount: number;
  readonly count: number;
  /** n; the weight at which all pieces are zero. */
  readonly base: Float64Array;
  /** n + 1; variables of asset i are first[i] .. first[i + 1] - 1, upward ones before downward ones. */
  readonly first: Int32Array;
  readonly owner: Int32Array;
  readonly sign: Int8Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Cost per unit of the variable. */
  readonly slope: Float64Array;
  /** Impact per asset and direction: the amount that was unavoidable before the variables begin. */
  readonly impactBase: Float64Array;
  /** 1 where the name has a piece upwards and downwards, or one of them. */
  readonly hasPieces: Uint8Array;
  /** Rows of the engine: the problem's, then turnover where it is limited; m x count. */
  readonly rows: readonly LayoutRow[];
}

export interface LayoutRow {
  readonly kind: 'row' | 'turnover';
  /** Of the problem's rows; -1 for turnover. */
  readonly index: number;
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  /** User's coefficient = ours times this. */
  readonly unit: number;
}

interface Piece {
  readonly sign: 1 | -1;
  readonly width: number;
  readonly slope: number;
}

export function layoutOf(problem: ConvexProblem): Layout {
  const n = problem.assets.length;
  const first = new Int32Array(n + 1);
  const base = new Float64Array(n);
  const hasPieces = new Uint8Array(n);
  const owner: number[] = [];
  const sign: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  const slope: number[] = [];
  for (let i = 0; i < n; i += 1) {
    first[i] = owner.length;
    const pieces = piecesOf(problem, i);
    if (pieces === null) {
      owner.push(i);
      sign.push(1);
      lower.push(problem.lower[i] as number);
      upper.push(problem.upper[i] as number);
      slope.push(problem.costs[i]?.slopes[0] ?? 0);
      continue;
    }
    hasPieces[i] = 1;
    base[i] = startOf(problem, i);
    for (const piece of pieces) {
      owner.push(i);
      sign.push(piece.sign);
      lower.push(0);
      upper.push(piece.width);
      slope.push(piece.slope);
    }
  }
  first[n] = owner.length;
  const layout = {
    problem,
    assetCount: n,
    count: owner.length,
    base,
    first,
    owner: Int32Array.from(owner),
    sign: Int8Array.from(sign),
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
    slope: Float64Array.from(slope),
    impactBase: Float64Array.from({ length: n }, (_, i) =>
      hasPieces[i] === 1 ? Math.abs((base[i] as number) - (problem.current[i] as number)) : 0,
    ),
    hasPieces,
    rows: [] as LayoutRow[],
  };
  return { ...layout, rows: rowsOf(layout) };
}

/** The weights of the variables. */
export function weightsOf(layout: Layout, v: Float64Array): Float64Array {
  const weights = layout.base.slice();
  for (let c = 0; c < layout.count; c += 1) {
    const i = layout.owner[c] as number;
    weights[i] = (weights[i] as number) + (layout.sign[c] as number) * (v[c] as number);
  }
  return weights;
}

function countsTrades(problem: ConvexProblem, i: number): boolean {
  return problem.turnover !== null || (problem.impact?.coefficient[i] ?? 0) > 0;
}

/** Where the pieces of a name begin: its holding where trades count, else its first kink; inside the box. */
function startOf(problem: ConvexProblem, i: number): number {
  const wanted = countsTrades(problem, i)
    ? (problem.current[i] as number)
    : (problem.costs[i]?.breakpoints[0] ?? 0);
  return Math.min(problem.upper[i] as number, Math.max(problem.lower[i] as number, wanted));
}

/** null: the name is smooth, one variable is enough. */
function piecesOf(problem: ConvexProblem, i: number): readonly Piece[] | null {
  const cost = problem.costs[i] ?? null;
  const inside = (cost?.breakpoints ?? []).filter(
    (x, p) =>
      x > (problem.lower[i] as number) &&
      x < (problem.upper[i] as number) &&
      cost?.slopes[p] !== cost?.slopes[p + 1],
  );
  if (!countsTrades(problem, i) && inside.length === 0) {
    const slopes = new Set(cost?.slopes ?? [0]);
    // A kink outside the box leaves one slope, which is not always the first.
    return slopes.size === 1 ? null : oneSlope(problem, i);
  }
  const start = startOf(problem, i);
  const pieces: Piece[] = [];
  let at = start;
  for (const end of [...inside.filter((x) => x > start), problem.upper[i] as number]) {
    if (end > at) pieces.push({ sign: 1, width: end - at, slope: slopeAbove(cost, at) });
    at = end;
  }
  at = start;
  for (const end of [...inside.filter((x) => x < start).reverse(), problem.lower[i] as number]) {
    if (end < at) pieces.push({ sign: -1, width: at - end, slope: -slopeBelow(problem, i, at) });
    at = end;
  }
  // A box of one point: a variable without room keeps the numbering simple.
  return pieces.length === 0 ? [{ sign: 1, width: 0, slope: 0 }] : pieces;
}

function oneSlope(problem: ConvexProblem, i: number): readonly Piece[] {
  const start = startOf(problem, i);
  const pieces: Piece[] = [];
  const up = (problem.upper[i] as number) - start;
  const down = start - (problem.lower[i] as number);
  if (up > 0)
    pieces.push({ sign: 1, width: up, slope: slopeAbove(problem.costs[i] ?? null, start) });
  if (down > 0) pieces.push({ sign: -1, width: down, slope: -slopeBelow(problem, i, start) });
  return pieces.length === 0 ? [{ sign: 1, width: 0, slope: 0 }] : pieces;
}

function slopeBelow(problem: ConvexProblem, i: number, x: number): number {
  const cost = problem.costs[i] ?? null;
  if (cost === null) return 0;
  let p = 0;
  while (p < cost.breakpoints.length && (cost.breakpoints[p] as number) < x) p += 1;
  return cost.slopes[p] as number;
}

type LayoutHead = Omit<Layout, 'rows'>;

function rowsOf(layout: LayoutHead): LayoutRow[] {
  const { problem } = layout;
  const rows: LayoutRow[] = [];
  problem.rows.forEach((row, index) => {
    if (row.lower !== -Infinity || row.upper !== Infinity) rows.push(linearRow(layout, row, index));
  });
  if (problem.turnover !== null) rows.push(turnoverRow(layout, problem.turnover));
  return rows;
}

function linearRow(layout: LayoutHead, row: LinearRow, index: number): LayoutRow {
  let unit = 0;
  for (const c of row.coefficients) unit = Math.max(unit, Math.abs(c));
  if (unit === 0) unit = 1;
  const coefficients = new Float64Array(layout.count);
  let constant = 0;
  for (let c = 0; c < layout.count; c += 1) {
    const i = layout.owner[c] as number;
    coefficients[c] = ((row.coefficients[i] as number) / unit) * (layout.sign[c] as number);
  }
  for (let i = 0; i < layout.assetCount; i += 1) {
    constant += ((row.coefficients[i] as number) / unit) * (layout.base[i] as number);
  }
  const lower = row.lower / unit - constant;
  const upper = row.upper / unit - constant;
  return { kind: 'row', index, coefficients, lower, upper, unit };
}

/** In gross units: one way counts half of it, sales count downward moves only. */
function turnoverRow(
  layout: LayoutHead,
  { measure, maximum }: NonNullable<ConvexProblem['turnover']>,
): LayoutRow {
  const each = measure === 'oneWay' ? 0.5 : 1;
  const coefficients = new Float64Array(layout.count);
  let constant = 0;
  for (let c = 0; c < layout.count; c += 1) {
    const isSale = (layout.sign[c] as number) < 0;
    coefficients[c] = measure === 'sellSide' && !isSale ? 0 : each;
  }
  for (let i = 0; i < layout.assetCount; i += 1) {
    const moved = (layout.base[i] as number) - (layout.problem.current[i] as number);
    if (measure !== 'sellSide' || moved < 0) constant += each * Math.abs(moved);
  }
  const upper = maximum - constant;
  return { kind: 'turnover', index: -1, coefficients, lower: -Infinity, upper, unit: 1 };
}
