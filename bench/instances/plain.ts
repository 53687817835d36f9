import type { LinearRow, OptimizationProblem, RiskModel } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { assetNames, vector, type InstanceSet } from './instance-set.ts';

/**
 * plain-n-k: minimize x'Dx + y'y - mu'x with y = F'x, 1'x = 1, 0 <= x <= 1. F is half dense standard
 * normal, D uniform on [0, sqrt(k)], mu standard normal (the portfolio problem of the OSQP paper,
 * Stellato et al. 2020, appendix A.4). The accounts of a set differ in mu.
 */
export function plainSet(
  name: string,
  size: { readonly assetCount: number; readonly factorCount: number; readonly seed: number },
): InstanceSet {
  const { assetCount: n, factorCount: k, seed } = size;
  const rng = Rng.stream(seed, `${name}/model`);
  const model: RiskModel = {
    assets: assetNames(n),
    factorCount: k,
    factors: Float64Array.from({ length: n * k }, () => (rng.chance(0.5) ? rng.normal() : 0)),
    specificVariance: vector(n, () => Math.sqrt(k) * rng.uniform()),
    factorNames: Array.from({ length: k }, (_, f) => `factor-${String(f)}`),
  };
  const zeros = new Float64Array(n);
  const ones = zeros.map(() => 1);
  const costs = Array.from({ length: n }, () => null);
  const rows: readonly LinearRow[] = [{ name: 'budget', coefficients: ones, lower: 1, upper: 1 }];
  const problem = (account: number, day: 0 | 1 = 0): OptimizationProblem => {
    const returns = Rng.stream(seed, `${name}/account-${String(account)}`);
    const mu = vector(n, () => returns.normal());
    const linear =
      day === 0
        ? mu.map((value) => -value)
        : mu.map((value) => -value * (1 + 0.01 * returns.normal()));
    return {
      assets: model.assets,
      target: zeros,
      current: zeros,
      specificVariance: model.specificVariance,
      factors: model.factors,
      factorCount: k,
      riskAversion: 2,
      linear,
      costs,
      lower: zeros,
      upper: ones,
      rows,
    };
  };
  return { name, model, problem };
}
