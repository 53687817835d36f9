/** The `costs` of a portfolio problem. */
import type { PiecewiseCost, PortfolioCosts } from '../../domain/index.ts';
import { given, shown, type DocumentReading, type Place } from './document-reading.ts';

const NO_COSTS: PortfolioCosts = { buy: null, sell: null, impact: null, piecewise: new Map() };
/** The square-root law of market impact: cost grows with the power 3/2 of what is traded. */
const IMPACT_POWER = 1.5;

/** `linear` is the cost of trading either way; `sell`, where it is given, replaces it for sales. */
export function readCosts(
  reading: DocumentReading,
  place: Place | null,
  assets: readonly string[],
): PortfolioCosts {
  const object =
    place === null ? null : reading.object(place, ['linear', 'sell', 'impact', 'piecewise']);
  if (place === null || object === null) return NO_COSTS;
  const { pointer } = place;
  const rate = { length: assets.length, of: 'assets', range: { least: 0 } };
  const linear = given(object, pointer, 'linear');
  const sell = given(object, pointer, 'sell');
  const buy = linear === null ? null : reading.numberOrVector(linear, rate);
  return {
    buy,
    sell: sell === null ? buy : reading.numberOrVector(sell, rate),
    impact: readImpact(reading, given(object, pointer, 'impact'), assets.length),
    piecewise: readPiecewise(reading, given(object, pointer, 'piecewise'), assets),
  };
}

function readImpact(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): PortfolioCosts['impact'] {
  const object = place === null ? null : reading.object(place, ['coefficient', 'power']);
  if (place === null || object === null) return null;
  const coefficient = reading.required(object, place.pointer, 'coefficient');
  const power = reading.optionalNumber(object, place.pointer, {
    name: 'power',
    above: 1,
    most: 2,
    otherwise: IMPACT_POWER,
  });
  if (coefficient === null) return null;
  const shape = { length: n, of: 'assets', range: { least: 0 } };
  return { coefficient: reading.numberOrVector(coefficient, shape), power };
}

function readPiecewise(
  reading: DocumentReading,
  place: Place | null,
  assets: readonly string[],
): ReadonlyMap<number, PiecewiseCost> {
  const curves = new Map<number, PiecewiseCost>();
  if (place === null) return curves;
  const index = new Map(assets.map((name, i) => [name, i]));
  for (const entry of reading.list(place) ?? []) {
    const object = reading.object(entry, ['asset', 'breakpoints', 'slopes']);
    if (object === null) continue;
    const { pointer } = entry;
    const asset = reading.required(object, pointer, 'asset');
    const breakpoints = reading.required(object, pointer, 'breakpoints');
    const slopes = reading.required(object, pointer, 'slopes');
    if (asset === null || breakpoints === null || slopes === null) continue;
    const i = typeof asset.value === 'string' ? index.get(asset.value) : undefined;
    if (i === undefined) {
      const message = `${shown(asset.value)} is none of the assets`;
      reading.error('PORTFOLIO_NAME_UNKNOWN', asset.pointer, message);
    } else if (curves.has(i)) {
      const message = `${shown(asset.value)} has a curve already`;
      reading.error('PORTFOLIO_NAME_DUPLICATE', asset.pointer, message);
    }
    const curve = readCurve(reading, breakpoints, slopes);
    if (i !== undefined && curve !== null) curves.set(i, curve);
  }
  return curves;
}

function readCurve(
  reading: DocumentReading,
  breakpointsAt: Place,
  slopesAt: Place,
): PiecewiseCost | null {
  const ends = reading.list(breakpointsAt);
  const rates = reading.list(slopesAt);
  if (ends === null || rates === null) return null;
  const breakpoints = ends.map((entry) => reading.number(entry));
  const slopes = rates.map((entry) => reading.number(entry));
  if (slopes.length !== breakpoints.length + 1) {
    const message = `${String(slopes.length)} slopes; ${String(breakpoints.length)} breakpoints need one more`;
    reading.error('PORTFOLIO_LENGTH_MISMATCH', slopesAt.pointer, message);
  }
  const falling = slopes.findIndex((slope, p) => slope < (slopes[p - 1] ?? -Infinity));
  if (falling > 0) {
    const message = `slope ${String(slopes[falling])} falls below the one before it`;
    reading.error('PORTFOLIO_COST_NOT_CONVEX', `${slopesAt.pointer}/${String(falling)}`, message);
  }
  const unsorted = breakpoints.findIndex((x, p) => x <= (breakpoints[p - 1] ?? -Infinity));
  if (unsorted > 0) {
    const message = `breakpoint ${String(breakpoints[unsorted])} is not above the one before it`;
    const pointer = `${breakpointsAt.pointer}/${String(unsorted)}`;
    reading.error('PORTFOLIO_COST_NOT_CONVEX', pointer, message);
  }
  return { breakpoints, slopes };
}
