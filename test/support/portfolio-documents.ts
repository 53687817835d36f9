/** Random portfolio problems as documents, feasible by construction: a portfolio inside every limit is drawn first. */
import { Rng } from '../../src/kernel/index.ts';

export interface PortfolioDocument {
  readonly assets: readonly string[];
  readonly expectedReturns: readonly number[];
  readonly risk: { readonly covariance: readonly (readonly number[])[] };
  readonly objective: Readonly<Record<string, unknown>>;
  readonly current: readonly number[];
  readonly constraints: Readonly<Record<string, unknown>>;
  readonly costs?: Readonly<Record<string, unknown>>;
}

/** Daily returns of a few factors and of each name's own. */
export function randomPortfolio(seed: number, options: { readonly hasLimits: boolean }) {
  const rng = new Rng(`portfolio ${String(seed)}`);
  const real = (low: number, high: number): number => low + (high - low) * rng.uniform();
  const n = 2 + Math.floor(real(0, 12));
  const k = 1 + Math.floor(real(0, 3));
  const loadings = Array.from({ length: n }, () =>
    Array.from({ length: k }, () => real(-0.004, 0.012)),
  );
  const own = Array.from({ length: n }, () => real(0.004, 0.02) ** 2);
  const covariance = loadings.map((row, i) =>
    loadings.map((other, j) =>
      row.reduce((sum, x, f) => sum + x * (other[f] ?? 0), i === j ? (own[i] ?? 0) : 0),
    ),
  );
  const expectedReturns = Array.from({ length: n }, () => real(-0.0002, 0.001));
  const shares = Array.from({ length: n }, () => real(0.05, 1));
  const total = shares.reduce((sum, x) => sum + x, 0);
  const current = shares.map((x) => x / total);
  const assets = current.map((_, i) => `A${String(i)}`);
  const document: PortfolioDocument = {
    assets,
    expectedReturns,
    risk: { covariance },
    objective: { kind: 'minimumRisk' },
    current,
    constraints: options.hasLimits ? limitsAround(current, assets, real) : {},
  };
  return { document, real };
}

/** Limits that the holding meets. */
function limitsAround(
  current: readonly number[],
  assets: readonly string[],
  real: (low: number, high: number) => number,
): Record<string, unknown> {
  const members = assets.filter((_, i) => i % 2 === 0);
  const held = current.reduce((sum, w, i) => sum + (i % 2 === 0 ? w : 0), 0);
  return {
    bounds: {
      lower: current.map((w) => Math.max(0, w - real(0.02, 0.4))),
      upper: current.map((w) => w + real(0.02, 0.5)),
    },
    groups: [{ name: 'even', members, min: held - real(0, 0.1), max: held + real(0, 0.1) }],
    turnover: { kind: 'oneWay', max: real(0.02, 0.4) },
    trackingError: { benchmark: [...current], max: real(0.0005, 0.01) },
  };
}
