/**
 * The convex envelope of one asset's choice: inside a piece the asset's own convex term, between pieces a
 * straight bridge that touches both. A piece that counts costs the price of a place, `theta`, on top; the
 * bridge from zero is then the perspective term d x^2 / z, with z the part of a place it takes.
 */
import type { PiecewiseCost } from '../../domain/index.ts';
import { curveValue, leastPoint, slopeAbove, type AssetTerm } from './choice-problem.ts';

/** One stretch of an envelope: slope is intercept + curvature x for x in [low, high]. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
  readonly intercept: number;
  readonly curvature: number;
  /** Part of a place taken at `low`, and its growth per unit of x. */
  readonly placeAtLow: number;
  readonly placeSlope: number;
  /** How the part taken falls as the price of a place rises, per part taken. */
  readonly priceEffect: number;
  readonly isBridge: boolean;
}

export interface AssetPiece {
  readonly low: number;
  readonly high: number;
  readonly counts: boolean;
}

export interface EnvelopeInput {
  /** Ascending, disjoint, at least one. */
  readonly pieces: readonly AssetPiece[];
  readonly curvature: number;
  readonly curve: PiecewiseCost | null;
  readonly origin: number;
  readonly theta: number;
}

interface Bridge {
  readonly slope: number;
  readonly from: number;
  readonly to: number;
}

const ROOT_PASSES_MAX = 80;

/** @returns the stretches of the envelope, ascending and without gaps */
export function envelope(input: EnvelopeInput): Stretch[] {
  const hull: { piece: AssetPiece; bridge: Bridge | null }[] = [];
  for (const piece of input.pieces) {
    let bridge: Bridge | null = null;
    for (let top = hull.at(-1); top !== undefined; top = hull.at(-1)) {
      bridge = bridgeBetween(input, top.piece, piece);
      // The bridge into the last piece is steeper than the one out of it: that piece lies above the hull.
      if (top.bridge === null || bridge.slope > top.bridge.slope) break;
      hull.pop();
    }
    hull.push({ piece, bridge });
  }
  return hull.flatMap(({ piece, bridge }, p) => {
    const before = hull[p - 1]?.piece;
    const after = hull[p + 1]?.bridge;
    const inside = insideStretches(input, piece, {
      from: bridge?.to ?? piece.low,
      to: after?.from ?? piece.high,
    });
    return bridge === null || before === undefined || !(bridge.to > bridge.from)
      ? inside
      : [bridgeStretch(input, bridge, { before, after: piece }), ...inside];
  });
}

function bridgeStretch(
  input: EnvelopeInput,
  bridge: Bridge,
  { before, after }: { readonly before: AssetPiece; readonly after: AssetPiece },
): Stretch {
  const length = bridge.to - bridge.from;
  const rise = Number(after.counts) - Number(before.counts);
  // The end moves with the price only while it lies inside its piece, where the term has curvature.
  const isLoose = bridge.to > after.low && bridge.to < after.high && input.curvature > 0;
  return {
    low: bridge.from,
    high: bridge.to,
    intercept: bridge.slope,
    curvature: 0,
    placeAtLow: Number(before.counts),
    placeSlope: rise / length,
    priceEffect: isLoose ? rise / (input.curvature * length * length) : 0,
    isBridge: true,
  };
}

function insideStretches(
  { curve, curvature }: EnvelopeInput,
  piece: AssetPiece,
  { from, to }: { readonly from: number; readonly to: number },
): Stretch[] {
  const place = {
    curvature,
    placeAtLow: Number(piece.counts),
    placeSlope: 0,
    priceEffect: 0,
    isBridge: false,
  };
  const kinks = (curve?.breakpoints ?? []).filter((kink) => kink > from && kink < to);
  const ends = [...kinks, to];
  return ends.map((high, p) => {
    const low = p === 0 ? from : (ends[p - 1] as number);
    return { low, high, intercept: slopeAbove(curve, low), ...place };
  });
}

/** The line that touches two neighbouring pieces from below. */
function bridgeBetween(input: EnvelopeInput, left: AssetPiece, right: AssetPiece): Bridge {
  let slope = chord(input, { piece: left, x: left.high }, { piece: right, x: right.low });
  let low = -Infinity;
  let high = Infinity;
  let from = left.high;
  let to = right.low;
  for (let pass = 0; pass < ROOT_PASSES_MAX; pass += 1) {
    from = leastPoint(tilted(input, left, -slope));
    to = leastPoint(tilted(input, right, -slope));
    // Along this slope the left piece lies `excess` above the right one.
    const excess = valueAt(input, left, from) - valueAt(input, right, to) + slope * (to - from);
    if (excess > 0) high = slope;
    else low = slope;
    if (!(to > from)) break;
    let next = slope - excess / (to - from);
    if (!(next > low && next < high)) {
      if (!(Number.isFinite(low) && Number.isFinite(high))) break;
      next = (low + high) / 2;
    }
    if (Math.abs(next - slope) <= 1e-15 * Math.abs(slope)) break;
    slope = next;
  }
  // The exact line through the ends found: what is left of the root's error is in the slope alone.
  if (to > from) slope = chord(input, { piece: left, x: from }, { piece: right, x: to });
  return { slope, from, to };
}

interface PiecePoint {
  readonly piece: AssetPiece;
  readonly x: number;
}

function chord(input: EnvelopeInput, left: PiecePoint, right: PiecePoint): number {
  const length = right.x - left.x;
  if (!(length > 0)) return input.curvature * left.x + slopeAbove(input.curve, left.x);
  return (valueAt(input, right.piece, right.x) - valueAt(input, left.piece, left.x)) / length;
}

function valueAt(input: EnvelopeInput, piece: AssetPiece, x: number): number {
  return (
    (input.curvature / 2) * x * x +
    curveValue(input.curve, input.origin, x) +
    (piece.counts ? input.theta : 0)
  );
}

function tilted(input: EnvelopeInput, piece: AssetPiece, tilt: number): AssetTerm {
  return {
    curvature: input.curvature,
    tilt,
    curve: input.curve,
    low: piece.low,
    high: piece.high,
  };
}
