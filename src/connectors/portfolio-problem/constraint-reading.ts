/** The `constraints` of a portfolio problem. */
import type { GroupLimit, PortfolioConstraints, PortfolioRisk } from '../../domain/index.ts';
import {
  childPointer,
  field,
  given,
  shown,
  type DocumentReading,
  type JsonObject,
  type Place,
} from './document-reading.ts';

export const CONSTRAINT_FIELDS = [
  'budget',
  'bounds',
  'groups',
  'linear',
  'turnover',
  'trackingError',
  'factorExposure',
  'maximumNames',
  'exactNames',
  'minimumWeight',
  'minimumTrade',
  'roundLots',
] as const;

const NO_LIMIT = 1e20;

export interface ConstraintContext {
  readonly assets: readonly string[];
  readonly risk: PortfolioRisk | null;
  readonly hasCurrent: boolean;
}

/** @param place null where the document has none: long-only, fully invested */
export function readConstraints(
  reading: DocumentReading,
  place: Place | null,
  context: ConstraintContext,
): PortfolioConstraints {
  const object = place === null ? {} : (reading.object(place, CONSTRAINT_FIELDS) ?? {});
  const pointer = place?.pointer ?? '/constraints';
  const n = context.assets.length;
  const budget = field(object, pointer, 'budget');
  const number = (name: string, range: { least?: number; above?: number; isInteger?: boolean }) =>
    reading.optionalNumber(object, pointer, { name, ...range, otherwise: null });
  const constraints: PortfolioConstraints = {
    budget: budget === null ? 1 : budget.value === null ? null : reading.number(budget),
    ...readBounds(reading, field(object, pointer, 'bounds'), n),
    groups: readGroups(reading, given(object, pointer, 'groups'), context),
    linear: readLinear(reading, given(object, pointer, 'linear'), n),
    turnover: readTurnover(reading, given(object, pointer, 'turnover')),
    trackingError: readTrackingLimit(reading, given(object, pointer, 'trackingError'), n),
    factorExposure: readExposures(reading, given(object, pointer, 'factorExposure'), context.risk),
    maximumNames: number('maximumNames', { least: 1, isInteger: true }),
    exactNames: number('exactNames', { least: 1, isInteger: true }),
    minimumWeight: number('minimumWeight', { least: 0 }),
    minimumTrade: number('minimumTrade', { least: 0 }),
    roundLots: readRoundLots(reading, given(object, pointer, 'roundLots'), n),
  };
  checkNames(reading, constraints, pointer);
  checkCounts(reading, constraints, { pointer, n });
  checkCurrent(reading, constraints, { pointer, hasCurrent: context.hasCurrent });
  return constraints;
}

function readBounds(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  const closed = { lower: new Float64Array(n), upper: new Float64Array(n).fill(1) };
  if (place === null) return closed;
  if (place.value === null) {
    return { lower: closed.lower.fill(-Infinity), upper: closed.upper.fill(Infinity) };
  }
  const object = reading.object(place, ['lower', 'upper']);
  if (object === null) return closed;
  const { pointer } = place;
  const lower = readEnds(reading, field(object, pointer, 'lower'), { n, open: -Infinity });
  const upper = readEnds(reading, field(object, pointer, 'upper'), { n, open: Infinity });
  const bounds = { lower: lower ?? closed.lower, upper: upper ?? closed.upper };
  for (let i = 0; i < n; i += 1) {
    const low = bounds.lower[i] as number;
    const high = bounds.upper[i] as number;
    if (!(low > high)) continue;
    const side = lower === null ? 'upper' : 'lower';
    const values = object[side];
    const at = childPointer(pointer, side) + (Array.isArray(values) ? `/${String(i)}` : '');
    reading.error(
      'PORTFOLIO_BOUNDS_CROSSED',
      at,
      `lower ${String(low)} is above upper ${String(high)}`,
    );
    if (!Array.isArray(object['lower']) && !Array.isArray(object['upper'])) break;
  }
  return bounds;
}

/** A number or null for all assets, or one per asset; null where the field is absent. */
function readEnds(
  reading: DocumentReading,
  place: Place | null,
  { n, open }: { readonly n: number; readonly open: number },
): Float64Array | null {
  if (place === null) return null;
  const out = new Float64Array(n).fill(open);
  if (place.value === null) return out;
  const end = (at: Place): number => openedEnd(reading.number(at), open);
  if (!Array.isArray(place.value)) return out.fill(end(place));
  const entries = reading.list(place) ?? [];
  reading.checkLength(place.pointer, entries.length, { length: n, of: 'assets' });
  entries.slice(0, n).forEach((entry, i) => {
    out[i] = entry.value === null ? open : end(entry);
  });
  return out;
}

/** Other programs write 1e20 or 1e30 for no limit. */
function openedEnd(value: number, open: number): number {
  return Math.abs(value) >= NO_LIMIT && Math.sign(value) === Math.sign(open) ? open : value;
}

interface Range {
  readonly minimum: number | null;
  readonly maximum: number | null;
}

/** `min` and `max`, crossed ones refused. */
function readRange(reading: DocumentReading, object: JsonObject, pointer: string): Range {
  const minimum = reading.optionalNumber(object, pointer, { name: 'min', otherwise: null });
  const maximum = reading.optionalNumber(object, pointer, { name: 'max', otherwise: null });
  if (minimum !== null && maximum !== null && minimum > maximum) {
    const message = `min ${String(minimum)} is above max ${String(maximum)}`;
    reading.error('PORTFOLIO_BOUNDS_CROSSED', childPointer(pointer, 'min'), message);
  }
  return { minimum, maximum };
}

function readGroups(
  reading: DocumentReading,
  place: Place | null,
  { assets }: ConstraintContext,
): readonly GroupLimit[] {
  if (place === null) return [];
  const index = new Map(assets.map((name, i) => [name, i]));
  const groups: GroupLimit[] = [];
  for (const [g, entry] of (reading.list(place) ?? []).entries()) {
    const object = reading.object(entry, ['name', 'members', 'min', 'max', 'relativeTo']);
    if (object === null) continue;
    const { pointer } = entry;
    const name = given(object, pointer, 'name');
    const members = reading.required(object, pointer, 'members');
    const relativeTo = given(object, pointer, 'relativeTo');
    groups.push({
      name: name === null ? `group ${String(g)}` : reading.text(name),
      members: members === null ? [] : readMembers(reading, members, index),
      ...readRange(reading, object, pointer),
      relativeTo: relativeTo === null ? null : reading.choice<'budget'>(relativeTo, ['budget']),
    });
  }
  return groups;
}

function readMembers(
  reading: DocumentReading,
  place: Place,
  index: ReadonlyMap<string, number>,
): readonly number[] {
  const members: number[] = [];
  for (const entry of reading.list(place) ?? []) {
    const i = typeof entry.value === 'string' ? index.get(entry.value) : undefined;
    if (i === undefined) {
      const message = `${shown(entry.value)} is none of the assets`;
      reading.error('PORTFOLIO_NAME_UNKNOWN', entry.pointer, message);
    } else if (members.includes(i)) {
      const message = `${shown(entry.value)} stands in the group twice`;
      reading.error('PORTFOLIO_NAME_DUPLICATE', entry.pointer, message);
    } else {
      members.push(i);
    }
  }
  return members;
}

function readLinear(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): PortfolioConstraints['linear'] {
  if (place === null) return [];
  return (reading.list(place) ?? []).flatMap((entry, r) => {
    const object = reading.object(entry, ['name', 'coefficients', 'min', 'max']);
    if (object === null) return [];
    const { pointer } = entry;
    const name = given(object, pointer, 'name');
    const coefficients = reading.required(object, pointer, 'coefficients');
    if (coefficients === null) return [];
    return [
      {
        name: name === null ? `linear ${String(r)}` : reading.text(name),
        coefficients: reading.vector(coefficients, { length: n, of: 'assets' }),
        ...readRange(reading, object, pointer),
      },
    ];
  });
}

function readTurnover(
  reading: DocumentReading,
  place: Place | null,
): PortfolioConstraints['turnover'] {
  const object = place === null ? null : reading.object(place, ['kind', 'max']);
  if (place === null || object === null) return null;
  return {
    kind: reading.optionalChoice(object, place.pointer, {
      name: 'kind',
      known: ['oneWay', 'gross', 'sellSide', 'perAsset'],
    }),
    maximum: reading.requiredNumber(object, place.pointer, { name: 'max', least: 0 }),
  };
}

function readTrackingLimit(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): PortfolioConstraints['trackingError'] {
  const object = place === null ? null : reading.object(place, ['benchmark', 'max']);
  if (place === null || object === null) return null;
  const benchmark = reading.required(object, place.pointer, 'benchmark');
  const maximum = reading.requiredNumber(object, place.pointer, { name: 'max', least: 0 });
  if (benchmark === null) return null;
  return { benchmark: reading.vector(benchmark, { length: n, of: 'assets' }), maximum };
}

function readExposures(
  reading: DocumentReading,
  place: Place | null,
  risk: PortfolioRisk | null,
): PortfolioConstraints['factorExposure'] {
  if (place === null) return [];
  const entries = reading.list(place) ?? [];
  if (entries.length > 0 && risk !== null && risk.kind !== 'factors') {
    const message = `risk is given as ${risk.kind}, which has no loadings`;
    reading.error('FACTOR_MODEL_REQUIRED', place.pointer, message);
  }
  const count = risk?.kind === 'factors' ? risk.factorCount : Infinity;
  return entries.flatMap((entry) => {
    const object = reading.object(entry, ['factor', 'min', 'max']);
    if (object === null) return [];
    const at = reading.required(object, entry.pointer, 'factor');
    if (at === null) return [];
    const factor = reading.number(at, { least: 0, isInteger: true });
    if (factor >= count) {
      const message = `there are ${String(count)} factors, counted from 0`;
      reading.error('PORTFOLIO_NAME_UNKNOWN', at.pointer, message);
    }
    return [{ factor, ...readRange(reading, object, entry.pointer) }];
  });
}

function readRoundLots(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): PortfolioConstraints['roundLots'] {
  const object =
    place === null
      ? null
      : reading.object(place, ['prices', 'lotSizes', 'budget', 'minimumBudget']);
  if (place === null || object === null) return null;
  const { pointer } = place;
  const prices = reading.required(object, pointer, 'prices');
  const lotSizes = given(object, pointer, 'lotSizes');
  const shape = { length: n, of: 'assets', range: { above: 0 } };
  const budget = reading.requiredNumber(object, pointer, { name: 'budget', above: 0 });
  const minimumBudget = reading.optionalNumber(object, pointer, {
    name: 'minimumBudget',
    least: 0,
    otherwise: null,
  });
  if (minimumBudget !== null && minimumBudget > budget) {
    const message = `minimumBudget ${String(minimumBudget)} is above budget ${String(budget)}`;
    reading.error('PORTFOLIO_BOUNDS_CROSSED', childPointer(pointer, 'minimumBudget'), message);
  }
  if (prices === null) return null;
  return {
    prices: reading.vector(prices, shape),
    lotSizes:
      lotSizes === null ? new Float64Array(n).fill(1) : reading.numberOrVector(lotSizes, shape),
    budget,
    minimumBudget,
  };
}

/** Names tell limits apart in the answer. */
function checkNames(
  reading: DocumentReading,
  { groups, linear }: PortfolioConstraints,
  pointer: string,
): void {
  const reserved = ['budget', 'turnover', 'trackingError', 'risk', 'targetReturn'];
  const seen = new Set(reserved);
  const visit = (name: string, at: string): void => {
    if (seen.has(name)) {
      const message = `${shown(name)} is the name of another limit already`;
      reading.error('PORTFOLIO_NAME_DUPLICATE', at, message);
    }
    seen.add(name);
  };
  groups.forEach(({ name }, g) => {
    visit(name, `${pointer}/groups/${String(g)}/name`);
  });
  linear.forEach(({ name }, r) => {
    visit(name, `${pointer}/linear/${String(r)}/name`);
  });
}

function checkCounts(
  reading: DocumentReading,
  { maximumNames, exactNames }: PortfolioConstraints,
  { pointer, n }: { readonly pointer: string; readonly n: number },
): void {
  if (exactNames === null) return;
  const at = `${pointer}/exactNames`;
  if (exactNames > n) {
    const message = `${String(exactNames)} names are asked for, but there are ${String(n)} assets`;
    reading.error('PORTFOLIO_NUMBER_OUT_OF_RANGE', at, message);
  }
  if (maximumNames !== null && maximumNames < exactNames) {
    const message = `exactNames ${String(exactNames)} is above maximumNames ${String(maximumNames)}`;
    reading.error('PORTFOLIO_BOUNDS_CROSSED', at, message);
  }
}

function checkCurrent(
  reading: DocumentReading,
  { turnover, minimumTrade }: PortfolioConstraints,
  { pointer, hasCurrent }: { readonly pointer: string; readonly hasCurrent: boolean },
): void {
  if (hasCurrent) return;
  const needing = [
    ...(turnover === null ? [] : ['turnover']),
    ...(minimumTrade === null || minimumTrade === 0 ? [] : ['minimumTrade']),
  ];
  for (const name of needing) {
    const message = `${name} is measured from the weights held now, which the problem does not give`;
    reading.error('CURRENT_WEIGHTS_REQUIRED', childPointer(pointer, name), message);
  }
}
