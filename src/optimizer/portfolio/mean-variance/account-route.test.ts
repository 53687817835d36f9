import { describe, expect, it } from 'vitest';
import { readPortfolioDocument } from '../../../connectors/index.ts';
import type { PortfolioResult } from '../../../domain/index.ts';
import { Rng } from '../../../kernel/index.ts';
import { optimizePortfolio } from '../optimize-portfolio.ts';

const N = 170;
const K = 6;

/** The same market told twice: as factors, which the account engine takes, and as one dense matrix, which it does not. */
function market(seed: number): {
  readonly factors: object;
  readonly covariance: number[][];
  readonly rest: object;
} {
  const rng = new Rng(seed);
  const loadings = Array.from({ length: N }, () =>
    Array.from(
      { length: K },
      (_, k) => (k === 0 ? 0.8 + 0.4 * rng.uniform() : rng.uniform() - 0.5) * 0.15,
    ),
  );
  const specificVariance = Array.from({ length: N }, () => 0.01 + 0.06 * rng.uniform());
  const covariance = loadings.map((a, i) =>
    loadings.map(
      (b, j) =>
        a.reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0) +
        (i === j ? (specificVariance[i] ?? NaN) : 0),
    ),
  );
  const held = Array.from({ length: N }, () => (rng.uniform() < 0.5 ? rng.uniform() : 0));
  const total = held.reduce((a, b) => a + b, 0);
  return {
    factors: { loadings, specificVariance },
    covariance,
    rest: {
      assets: Array.from({ length: N }, (_, i) => `N${String(i).padStart(3, '0')}`),
      expectedReturns: Array.from({ length: N }, () => 0.02 + 0.08 * rng.uniform()),
      current: held.map((value) => value / total),
    },
  };
}

function solved(document: object): PortfolioResult {
  const { problem, findings } = readPortfolioDocument(document);
  if (problem === null) throw new Error(findings.map(({ message }) => message).join('; '));
  const outcome = optimizePortfolio(problem);
  if (!outcome.ok) throw new Error(outcome.error.map(({ message }) => message).join('; '));
  return outcome.value;
}

const benchmark = Array.from({ length: N }, () => 1 / N);
const members = Array.from({ length: 20 }, (_, i) => `N${String(i).padStart(3, '0')}`);
const bounds = { lower: 0, upper: 0.05 };

describe('the account engine and the dense one', () => {
  it.each([
    ['least risk', { objective: { kind: 'minimumRisk' }, constraints: { bounds } }],
    ['utility', { objective: { kind: 'meanRisk', riskAversion: 4 }, constraints: { bounds } }],
    [
      'a target return',
      { objective: { kind: 'targetReturn', return: 0.07 }, constraints: { bounds } },
    ],
    [
      'tracking error with a group',
      {
        objective: { kind: 'trackingError', benchmark },
        constraints: { bounds, groups: [{ name: 'few', members, max: 0.05 }] },
      },
    ],
    [
      'a turnover limit',
      {
        objective: { kind: 'meanRisk', riskAversion: 4 },
        constraints: { bounds: { lower: 0, upper: 1 }, turnover: { kind: 'oneWay', max: 0.1 } },
      },
    ],
    [
      'a tracking error limit',
      {
        objective: { kind: 'meanRisk', riskAversion: 2 },
        constraints: { bounds, trackingError: { benchmark, max: 0.02 } },
      },
    ],
    [
      'trading costs',
      {
        objective: { kind: 'meanRisk', riskAversion: 4 },
        costs: { linear: 0.004 },
        constraints: { bounds: { lower: 0, upper: 1 } },
      },
    ],
  ])('say the same of %s', (_name, part) => {
    for (const seed of [3, 4]) {
      const { factors, covariance, rest } = market(seed);
      const routed = solved({ ...rest, ...part, risk: { factors } });
      const dense = solved({ ...rest, ...part, risk: { covariance } });
      // Not 'interior-point, after dual-newton …': its own answer, proved.
      expect(routed.solver.name).toMatch(/^dual-newton/);
      expect(dense.solver.name).not.toContain('dual-newton');
      expect([routed.status, dense.status]).toEqual(['optimal', 'optimal']);
      expect(Math.abs(routed.objective - dense.objective)).toBeLessThan(1e-9);
      expect(Math.abs(routed.risk - dense.risk)).toBeLessThan(1e-7);
      routed.weights.forEach((weight, i) => {
        expect(Math.abs(weight - (dense.weights[i] as number))).toBeLessThan(1e-6);
      });
      const priced = ({ binding }: PortfolioResult): Map<string, number> =>
        new Map(
          binding
            .filter((one) => Math.abs(one.shadowPrice) > 1e-5)
            .map((one) => [one.constraint, one.shadowPrice]),
        );
      const [ours, theirs] = [priced(routed), priced(dense)];
      expect(new Set(ours.keys())).toEqual(new Set(theirs.keys()));
      for (const [name, price] of ours) {
        expect(Math.abs(price - (theirs.get(name) ?? NaN))).toBeLessThan(
          1e-6 * (1 + Math.abs(price)),
        );
      }
    }
  });
});
