/**
 * Independent solvers on the same problems: quadprog (Goldfarb and Idnani's dual active set) for risk within boxes and
 * groups, HiGHS (simplex) for the highest return within a turnover.
 */
import { createRequire } from 'node:module';
import highsLoader, { type LegacyHighs } from 'highs';
import { expect, test } from 'vitest';
import { optimized } from '../../../test/support/optimized-portfolio.ts';
import {
  randomPortfolio,
  type PortfolioDocument,
} from '../../../test/support/portfolio-documents.ts';

interface Quadprog {
  solveQP(
    matrix: number[][],
    linear: number[],
    constraints: number[][],
    bounds: number[],
    equalities: number,
  ): { readonly value: readonly number[]; readonly message: string };
}
// quadprog is CommonJS without types, highs an ES module whose types describe a CommonJS one.
const quadprog = createRequire(import.meta.url)('quadprog') as Quadprog;
const loadHighs = highsLoader as unknown as () => Promise<LegacyHighs>;

const SEEDS = Array.from({ length: 40 }, (_, i) => 500 + i * 91);

interface Limits {
  readonly bounds: { readonly lower: readonly number[]; readonly upper: readonly number[] };
  readonly groups: readonly { members: readonly string[]; min: number; max: number }[];
  readonly turnover: { readonly max: number };
}
const limitsOf = ({ constraints }: PortfolioDocument): Limits => constraints as unknown as Limits;

/** min lambda/2 w'Sw - mu'w: A'w >= b, the budget first; indices count from one. Scaled: its tests are absolute. */
function quadprogValue(document: PortfolioDocument, riskAversion: number): number {
  const { covariance } = document.risk;
  const { bounds, groups } = limitsOf(document);
  const n = document.assets.length;
  const unit = Array.from({ length: n }, (_, i) => i);
  const rows = [
    { a: unit.map(() => 1), b: 1 },
    ...unit.flatMap((i) => [
      { a: unit.map((j) => (j === i ? 1 : 0)), b: bounds.lower[i] ?? NaN },
      { a: unit.map((j) => (j === i ? -1 : 0)), b: -(bounds.upper[i] ?? NaN) },
    ]),
    ...groups.flatMap(({ members, min, max }) => {
      const a = document.assets.map((asset) => (members.includes(asset) ? 1 : 0));
      return [
        { a, b: min },
        { a: a.map((x) => 0 - x), b: -max },
      ];
    }),
  ];
  const scale = 1e4;
  const from1 = (values: number[]): number[] => [0, ...values];
  const { value, message } = quadprog.solveQP(
    [[], ...covariance.map((row) => from1(row.map((x) => scale * riskAversion * x)))],
    from1(document.expectedReturns.map((mu) => scale * mu)),
    [[], ...unit.map((i) => from1(rows.map(({ a }) => a[i] ?? 0)))],
    from1(rows.map(({ b }) => b)),
    1,
  );
  expect(message).toBe('');
  return (value[1] ?? NaN) / scale;
}

test.each(SEEDS)('quadprog finds the same utility (seed %d)', (seed) => {
  const { document, real } = randomPortfolio(seed, { hasLimits: true });
  const riskAversion = real(1, 30);
  const { bounds, groups } = document.constraints;
  const result = optimized({
    ...document,
    constraints: { bounds, groups },
    objective: { kind: 'meanRisk', riskAversion },
  });
  const reference = quadprogValue(document, riskAversion);
  expect(Math.abs(result.objective + reference)).toBeLessThan(1e-10 * Math.abs(reference) + 1e-15);
});

/** Weights as holding plus buys less sells, in the text format of the LP files. */
function highestReturnModel(document: PortfolioDocument): string {
  const { bounds, groups, turnover } = limitsOf(document);
  const { assets, current, expectedReturns } = document;
  const sum = (terms: readonly string[]): string => terms.join(' ');
  const term = (c: number, name: string): string =>
    `${c < 0 ? '-' : '+'} ${String(Math.abs(c))} ${name}`;
  const each = (make: (i: number) => readonly string[]): readonly string[] =>
    assets.flatMap((_, i) => make(i));
  return [
    'Maximize',
    ` obj: ${sum(each((i) => [term((expectedReturns[i] ?? 0) * 1000, `w${String(i)}`)]))}`,
    'Subject To',
    ` budget: ${sum(each((i) => [term(1, `w${String(i)}`)]))} = 1`,
    ...assets.map(
      (_, i) =>
        ` move${String(i)}: w${String(i)} - b${String(i)} + s${String(i)} = ${String(current[i])}`,
    ),
    ` turnover: ${sum(each((i) => [term(1, `b${String(i)}`), term(1, `s${String(i)}`)]))} <= ${String(2 * turnover.max)}`,
    ...groups.flatMap(({ members, min, max }, g) => {
      const inside = each((i) =>
        members.includes(assets[i] ?? '') ? [term(1, `w${String(i)}`)] : [],
      );
      return [
        ` low${String(g)}: ${sum(inside)} >= ${String(min)}`,
        ` high${String(g)}: ${sum(inside)} <= ${String(max)}`,
      ];
    }),
    'Bounds',
    ...assets.map(
      (_, i) => ` ${String(bounds.lower[i])} <= w${String(i)} <= ${String(bounds.upper[i])}`,
    ),
    'End',
  ].join('\n');
}

test('HiGHS finds the same highest return within a turnover', async () => {
  const highs = await loadHighs();
  for (const seed of SEEDS) {
    const { document } = randomPortfolio(seed, { hasLimits: true });
    const { trackingError, ...constraints } = document.constraints;
    expect(trackingError).toBeDefined();
    const result = optimized({
      ...document,
      constraints,
      objective: { kind: 'meanRisk', riskAversion: 0 },
    });
    const solution = highs.solve(highestReturnModel(document));
    expect(solution.Status).toBe('Optimal');
    const reference = solution.ObjectiveValue / 1000;
    // Its feasibility tolerance of 1e-7 per row allows that much more.
    expect(Math.abs(result.objective - reference)).toBeLessThan(1e-9);
  }
});
