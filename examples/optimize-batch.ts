/**
 * Many accounts over one risk model, on worker threads: answers come in the order of the accounts, each with
 * its proof, and an account that cannot be solved says why without disturbing the others.
 */
import type { OptimizationProblem } from '../src/domain/index.ts';
import { encodeAccount, optimizeBatch, type BatchModel } from '../src/optimizer-runtime/index.ts';

const assets = ['ALFA', 'BETA', 'CORN', 'DUSK', 'ECHO'];
const n = assets.length;

/** Shared by all accounts: one factor (the market), and limits whose coefficients are the same for all. */
const model: BatchModel = {
  assets,
  factorCount: 1,
  factors: Float64Array.of(0.22, 0.2, 0.12, 0.15, 0.18),
  specificVariance: Float64Array.of(0.04, 0.05, 0.02, 0.03, 0.04),
  riskAversion: 10,
  rows: [
    { name: 'budget', coefficients: new Float64Array(n).fill(1) },
    { name: 'technology', coefficients: Float64Array.of(1, 1, 0, 0, 0) },
  ],
};

function account(technologyMost: number, current: Float64Array): OptimizationProblem {
  const [budget, technology] = model.rows.map(({ coefficients }) => coefficients);
  if (budget === undefined || technology === undefined) throw new Error('the model has two rows');
  return {
    assets,
    target: Float64Array.of(0.2, 0.2, 0.2, 0.2, 0.2),
    current,
    specificVariance: model.specificVariance,
    factors: model.factors,
    factorCount: model.factorCount,
    riskAversion: model.riskAversion,
    linear: null,
    // Five basis points either way.
    costs: Array.from(current, (weight) => ({ breakpoints: [weight], slopes: [-0.0005, 0.0005] })),
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(0.5),
    rows: [
      { name: 'budget', coefficients: budget, lower: 1, upper: 1 },
      { name: 'technology', coefficients: technology, lower: 0, upper: technologyMost },
    ],
  };
}

function* accounts(): Generator<Uint8Array> {
  for (let i = 0; i < 200; i += 1) {
    const tilt = (i % 20) / 100;
    const current = Float64Array.of(0.2 + tilt, 0.2 - tilt / 2, 0.2 - tilt / 2, 0.2, 0.2);
    // One client allows no technology and forbids more than half in any name: that still has an answer.
    const problem = account(i === 7 ? 0 : 0.45, current);
    yield encodeAccount(model, { accountId: `A${String(i)}`, problem, start: null });
  }
}

let solved = 0;
let widestGap = 0;
for await (const answer of optimizeBatch(model, accounts(), { threads: 2 })) {
  if (!answer.ok || answer.result.status !== 'optimal') {
    console.log(
      `${answer.accountId ?? 'unreadable'}: ${answer.ok ? answer.result.status : answer.error}`,
    );
    continue;
  }
  solved += 1;
  widestGap = Math.max(widestGap, Math.abs(answer.result.certificate.gap));
  if (answer.index !== 7) continue;
  const weights = assets.map(
    (name, i) => `${name} ${(answer.result.weights[i] ?? NaN).toFixed(3)}`,
  );
  console.log(`${answer.accountId}, without technology: ${weights.join(', ')}`);
}
console.log(
  `${String(solved)} accounts solved; the widest gap of a proof is ${widestGap.toExponential(1)}`,
);
