/**
 * Portfolio problems as a library: one small market, several objectives, each answer with its proof.
 *
 * Four funds with their expected returns and covariance per year. The client holds an equal mix, trading costs
 * 10 basis points either way, and equities together stay at or below 70 %.
 */
import { readPortfolioDocument } from '../src/connectors/index.ts';
import type { PortfolioResult } from '../src/domain/index.ts';
import { optimizePortfolio } from '../src/optimizer/index.ts';

const volatility = [0.05, 0.16, 0.22, 0.18];
const correlation = [
  [1, 0.1, 0, 0.05],
  [0.1, 1, 0.7, 0.3],
  [0, 0.7, 1, 0.35],
  [0.05, 0.3, 0.35, 1],
];
// The same document that `evenkeel optimize` reads from a file.
const market = {
  assets: ['BONDS', 'WORLD', 'EMERGING', 'GOLD'],
  expectedReturns: [0.03, 0.065, 0.075, 0.04],
  risk: {
    covariance: correlation.map((row, i) =>
      row.map((c, j) => c * (volatility[i] ?? NaN) * (volatility[j] ?? NaN)),
    ),
  },
  constraints: {
    groups: [{ name: 'equities', members: ['WORLD', 'EMERGING'], max: 0.7 }],
  },
};
const holding = { current: [0.25, 0.25, 0.25, 0.25], costs: { linear: 0.001 } };

function solved(title: string, document: object): PortfolioResult {
  const { problem, findings } = readPortfolioDocument(document);
  if (problem === null) throw new Error(findings.map(({ message }) => message).join('; '));
  const outcome = optimizePortfolio(problem);
  if (!outcome.ok) throw new Error(outcome.error.map(({ message }) => message).join('; '));
  const { value } = outcome;
  const weights = market.assets
    .map((asset, i) => `${asset} ${(100 * (value.weights[i] ?? NaN)).toFixed(1)} %`)
    .join(', ');
  console.log(`${title}: ${value.status}\n  ${weights}`);
  const gap = value.certificate === null ? 'none' : value.certificate.gap.toExponential(1);
  console.log(`  risk ${value.risk.toFixed(5)}, gap of the proof ${gap}`);
  if (value.status !== 'optimal') process.exitCode = 1;
  return value;
}

solved('least risk', { ...market, objective: { kind: 'minimumRisk' } });
solved('utility after trading costs', {
  ...market,
  ...holding,
  objective: { kind: 'meanRisk', riskAversion: 6 },
});
const ratio = solved('highest ratio of return above 2 % to risk', {
  ...market,
  objective: { kind: 'maximumRatio', riskFreeRate: 0.02 },
});
console.log(`  ratio ${ratio.objective.toFixed(4)}`);
for (const { constraint, shadowPrice } of ratio.binding) {
  console.log(`  ${constraint} binds, price ${shadowPrice.toFixed(4)}`);
}
solved('equal risk of every name', {
  assets: market.assets,
  risk: market.risk,
  objective: { kind: 'riskBudget' },
});
// A view on top of the market's own equilibrium: emerging markets beat the world by 2 %, fairly sure.
const views = { P: [[0, -1, 1, 0]], Q: [0.02], confidence: [0.6] };
const { blackLitterman } = solved('with a view', {
  ...market,
  objective: {
    kind: 'blackLitterman',
    marketWeights: [0.4, 0.4, 0.15, 0.05],
    riskAversion: 3,
    views,
    // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
    then: { kind: 'maximumRatio' },
  },
});
const posterior = [...(blackLitterman?.posteriorReturns ?? [])].map((x) => x.toFixed(4));
console.log(`  returns after the view ${posterior.join(', ')}`);
const { frontier } = solved('frontier', {
  ...market,
  objective: { kind: 'minimumRisk' },
  frontier: { points: 5 },
});
for (const { expectedReturn, risk } of frontier ?? []) {
  console.log(`  return ${expectedReturn.toFixed(5)} at risk ${risk.toFixed(5)}`);
}

// Limits that contradict are an answer too: which they are, and what giving way on one takes.
const { problem } = readPortfolioDocument({
  ...market,
  objective: { kind: 'targetReturn', return: 0.07 },
});
const outcome = problem === null ? null : optimizePortfolio(problem);
if (outcome?.ok === true) {
  console.log(`return of 7 %: ${outcome.value.status}`);
  for (const { constraint, relaxation } of outcome.value.conflict) {
    console.log(`  ${constraint}: ${relaxation.toFixed(4)}`);
  }
}
