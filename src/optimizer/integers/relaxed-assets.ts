import type { ChoiceProblem } from './choice-problem.ts';
import { envelope, type AssetPiece, type Stretch } from './relaxed-asset.ts';

/**
 * Share of an asset's diagonal that stays a plain square in the relaxation: without it the answer to a
 * signal would jump across a bridge, and Newton steps would have nothing to hold on to.
 */
const SMOOTH_SHARE = 0.1;
/** Assets below this share of the objective's curvature get a proximal term of the other share. */
const PROXIMAL_BELOW = 1e-5;
const PROXIMAL_SHARE = 1e-2;

/** One entry per asset: the answer to a signal, where it lies, and the part of a place it takes. */
export interface RelaxedAssets {
  readonly weights: Float64Array;
  /** Curvature of the stretch the weight is strictly inside of; 0 at a kink. */
  readonly stiffness: Float64Array;
  readonly places: Float64Array;
  /** Growth of the part of a place per unit of weight. */
  readonly placeSlope: Float64Array;
  readonly priceEffect: Float64Array;
  /** (x - from)(to - x) on a bridge, else 0: how far the asset is from either of its choices. */
  readonly spread: Float64Array;
  /** What curvature is added to the envelope: SMOOTH_SHARE of the diagonal, and any proximal term. */
  readonly smooth: Float64Array;
  /** Added to the signal: minus the proximal term's curvature times its center. */
  readonly shift: Float64Array;
  /** Curvature of the proximal term of assets that have next to none of their own. */
  readonly proximal: Float64Array;
  readonly shapes: Shape[];
  /** Price of a place that the shapes are built for. */
  theta: number;
}

/**
 * `box`: one interval, no curve. `point`: a point that does not count, with an interval on one or both sides
 * and no curve: its bridges are closed forms. `general`: stretches.
 */
type Shape =
  | { readonly kind: 'box'; readonly low: number; readonly high: number; readonly place: number }
  | {
      readonly kind: 'point';
      readonly at: number;
      readonly left: AssetPiece | null;
      readonly right: AssetPiece | null;
    }
  | {
      readonly kind: 'general';
      readonly pieces: readonly AssetPiece[];
      /** Depends on the price of a place. */
      readonly isPriced: boolean;
      stretches: readonly Stretch[];
      cursor: number;
    };

export function newRelaxedAssets(problem: ChoiceProblem, allowed: Uint8Array): RelaxedAssets {
  const n = problem.size;
  const proximal = proximalTerms(problem);
  const shapes: Shape[] = [];
  for (let i = 0; i < n; i += 1) shapes.push(shapeOf(problem, allowed, i));
  return {
    weights: new Float64Array(n),
    stiffness: new Float64Array(n),
    places: new Float64Array(n),
    placeSlope: new Float64Array(n),
    priceEffect: new Float64Array(n),
    spread: new Float64Array(n),
    smooth: problem.curvature.map((d, i) => d * SMOOTH_SHARE + (proximal[i] as number)),
    shift: new Float64Array(n),
    proximal,
    shapes,
    theta: NaN,
  };
}

/** For assets whose curvature is nothing beside the objective's own. */
function proximalTerms({ size: n, curvature, coupling, linear }: ChoiceProblem): Float64Array {
  let total = 0;
  let steepest = 0;
  for (let i = 0; i < n; i += 1) {
    total += (curvature[i] as number) + (coupling[i * n + i] as number);
    steepest = Math.max(steepest, Math.abs(linear[i] as number));
  }
  const unit = Math.max(total / Math.max(1, n), 1e-3 * steepest, 1e-12);
  return curvature.map((d) => (d < PROXIMAL_BELOW * unit ? PROXIMAL_SHARE * unit : 0));
}

/**
 * Moves the centers of the proximal terms to where the assets are.
 *
 * @returns the largest move
 */
export function recenter({ proximal, shift, weights }: RelaxedAssets): number {
  let largest = 0;
  for (let i = 0; i < proximal.length; i += 1) {
    const curvature = proximal[i] as number;
    if (curvature === 0) continue;
    const next = -curvature * (weights[i] as number);
    largest = Math.max(largest, Math.abs(next - (shift[i] as number)) / curvature);
    shift[i] = next;
  }
  return largest;
}

function shapeOf(problem: ChoiceProblem, allowed: Uint8Array, i: number): Shape {
  const pieces: AssetPiece[] = [];
  const { start, low, high, counts } = problem.pieces;
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    if (allowed[p] === 0) continue;
    pieces.push({ low: low[p] as number, high: high[p] as number, counts: counts[p] === 1 });
  }
  const hasCurve = (problem.curves[i] ?? null) !== null;
  const only = pieces[0];
  if (!hasCurve && pieces.length === 1 && only !== undefined) {
    return { kind: 'box', low: only.low, high: only.high, place: Number(only.counts) };
  }
  const at = pieces.findIndex((piece) => piece.low === piece.high && !piece.counts);
  // A place that is paid for can make two sides meet above the point: then the hull decides.
  const isOneSided = pieces.length === 2 || problem.countLimit?.isExact !== true;
  if (!hasCurve && at >= 0 && at <= 1 && pieces.length - at <= 2 && isOneSided) {
    return {
      kind: 'point',
      at: pieces[at]?.low as number,
      left: at === 1 ? (pieces[0] ?? null) : null,
      right: pieces[at + 1] ?? null,
    };
  }
  const isPriced = pieces.some((piece) => piece.counts) && pieces.some((piece) => !piece.counts);
  return { kind: 'general', pieces, isPriced, stretches: [], cursor: 0 };
}

/** Rebuilds the stretches that depend on the price of a place. */
function priceShapes(problem: ChoiceProblem, assets: RelaxedAssets, theta: number): void {
  if (theta === assets.theta) return;
  assets.shapes.forEach((shape, i) => {
    if (shape.kind !== 'general') return;
    if (!shape.isPriced && shape.stretches.length > 0) return;
    shape.stretches = envelope({
      pieces: shape.pieces,
      curvature: (problem.curvature[i] as number) * (1 - SMOOTH_SHARE),
      curve: problem.curves[i] ?? null,
      origin: problem.origin[i] as number,
      theta,
    });
    shape.cursor = 0;
  });
  assets.theta = theta;
}

export interface Signals {
  readonly signal: Float64Array;
  /** Null: at the signal itself. */
  readonly along: { readonly direction: Float64Array; readonly step: number } | null;
  readonly theta: number;
}

/**
 * Moves every asset to the weight that answers its signal: argmin of envelope + smooth/2 x^2 + s x.
 *
 * @returns sum of x_i direction_i, for the line search
 */
export function moveRelaxed(
  problem: ChoiceProblem,
  assets: RelaxedAssets,
  { signal, along, theta }: Signals,
): number {
  priceShapes(problem, assets, theta);
  let product = 0;
  for (let i = 0; i < problem.size; i += 1) {
    const direction = along === null ? 0 : (along.direction[i] as number);
    let s = (signal[i] as number) + (assets.shift[i] as number);
    if (along !== null) s += along.step * direction;
    const shape = assets.shapes[i] as Shape;
    const sharp = (problem.curvature[i] as number) * (1 - SMOOTH_SHARE);
    if (shape.kind === 'box') answerBox(assets, i, { shape, s, sharp });
    else if (shape.kind === 'point') answerPoint(assets, i, { shape, s, sharp, theta });
    else answerGeneral(assets, i, { shape, s });
    product += (assets.weights[i] as number) * direction;
  }
  return product;
}

type ShapeOf<K extends Shape['kind']> = Extract<Shape, { readonly kind: K }>;

function answerBox(
  assets: RelaxedAssets,
  i: number,
  { shape, s, sharp }: { shape: ShapeOf<'box'>; s: number; sharp: number },
): void {
  const stiffness = sharp + (assets.smooth[i] as number);
  const x = -s / stiffness;
  const isBelow = x <= shape.low;
  const isInside = !isBelow && x < shape.high;
  assets.weights[i] = isInside ? x : isBelow ? shape.low : shape.high;
  assets.stiffness[i] = isInside ? stiffness : 0;
  assets.places[i] = shape.place;
  assets.placeSlope[i] = 0;
  assets.priceEffect[i] = 0;
  assets.spread[i] = 0;
}

/** Solved on the side to which the signal points, mirrored to the right of the point. */
function answerPoint(
  assets: RelaxedAssets,
  i: number,
  input: { shape: ShapeOf<'point'>; s: number; sharp: number; theta: number },
): void {
  const { shape, s, sharp } = input;
  const smooth = assets.smooth[i] as number;
  const pull = -(s + (sharp + smooth) * shape.at);
  const isRight = shape.left === null || (pull > 0 && shape.right !== null);
  const side = isRight ? shape.right : shape.left;
  assets.weights[i] = shape.at;
  assets.stiffness[i] = 0;
  assets.places[i] = 0;
  assets.placeSlope[i] = 0;
  assets.priceEffect[i] = 0;
  assets.spread[i] = 0;
  if (side === null) return;
  const sign = isRight ? 1 : -1;
  const theta = side.counts ? input.theta : 0;
  const near = sign > 0 ? side.low - shape.at : shape.at - side.high;
  const far = sign > 0 ? side.high - shape.at : shape.at - side.low;
  // Where the bridge from the point touches the square: sharp/2 length^2 = theta.
  const loose = theta <= 0 ? 0 : sharp > 0 ? Math.sqrt((2 * theta) / sharp) : Infinity;
  const length = Math.max(near, Math.min(far, loose));
  const ascent = sign * pull;
  const place = Number(side.counts);
  const isBridged = length > 0;
  if (isBridged) {
    const slope = (sharp / 2) * length + theta / length;
    if (ascent <= slope) return;
    const away = (ascent - slope) / smooth;
    if (away < length) {
      assets.weights[i] = shape.at + sign * away;
      assets.stiffness[i] = smooth;
      assets.places[i] = (place * away) / length;
      assets.placeSlope[i] = (sign * place) / length;
      assets.spread[i] = away * (length - away);
      const isLoose = length === loose;
      assets.priceEffect[i] = isLoose ? (place * away) / (sharp * length ** 3) : 0;
      return;
    }
  }
  if (!isBridged && ascent <= 0) return;
  const stiffness = sharp + smooth;
  const away = ascent / stiffness;
  const isInside = away > length && away < far;
  assets.weights[i] = isInside
    ? shape.at + sign * away
    : away <= length
      ? shape.at + sign * length
      : sign > 0
        ? side.high
        : side.low;
  assets.stiffness[i] = isInside ? stiffness : 0;
  assets.places[i] = place;
}

function answerGeneral(
  assets: RelaxedAssets,
  i: number,
  { shape, s }: { shape: ShapeOf<'general'>; s: number },
): void {
  const { stretches } = shape;
  const smooth = assets.smooth[i] as number;
  let p = shape.cursor;
  for (let guard = 0; guard <= 2 * stretches.length; guard += 1) {
    const stretch = stretches[p] as Stretch;
    const stiffness = stretch.curvature + smooth;
    const x = -(s + stretch.intercept) / stiffness;
    let at = x;
    let isInside = true;
    if (x >= stretch.high) {
      const next = stretches[p + 1];
      const beyond =
        next === undefined ? -Infinity : -(s + next.intercept) / (next.curvature + smooth);
      if (beyond > stretch.high) {
        p += 1;
        continue;
      }
      at = stretch.high;
      isInside = false;
    } else if (x <= stretch.low) {
      const next = stretches[p - 1];
      const before =
        next === undefined ? Infinity : -(s + next.intercept) / (next.curvature + smooth);
      if (before < stretch.low) {
        p -= 1;
        continue;
      }
      at = stretch.low;
      isInside = false;
    }
    const place = stretch.placeAtLow + stretch.placeSlope * (at - stretch.low);
    shape.cursor = p;
    assets.weights[i] = at;
    assets.stiffness[i] = isInside ? stiffness : 0;
    assets.places[i] = place;
    assets.placeSlope[i] = isInside ? stretch.placeSlope : 0;
    assets.priceEffect[i] = isInside ? stretch.priceEffect * (place - stretch.placeAtLow) : 0;
    assets.spread[i] = stretch.isBridge ? (at - stretch.low) * (stretch.high - at) : 0;
    return;
  }
}
