/** From the risk that a problem states to a covariance that methods can trust, or why it is none. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type CovarianceRepair,
  type Finding,
  type PortfolioProblem,
  type PortfolioRisk,
} from '../../../domain/index.ts';
import { estimateCovariance, repairCovariance } from '../../estimators/index.ts';
import {
  judgeDefiniteness,
  multiply,
  symmetrized,
  worstAsymmetry,
} from '../../linear-algebra/index.ts';
import type { ResolvedRisk } from '../resolved-problem.ts';
import { DenseRisk, eigenRoot, FactorRisk } from './resolved-risk.ts';

/** Entries that differ by less are one number, rounded twice. */
const ASYMMETRY_MOST = 1e-8;
/** A product of factors pays while they are this few beside the assets. */
const FACTOR_SHARE = 0.5;

export interface RiskResolution {
  readonly risk: ResolvedRisk;
  readonly notes: readonly string[];
}

type Resolution = Result<RiskResolution, readonly Finding[]>;

export function resolveRisk({ risk, assets }: PortfolioProblem): Resolution {
  switch (risk.kind) {
    case 'covariance': {
      const where = { pointer: '/risk/covariance', names: assets, repair: risk.repair ?? null };
      const judged = judgedCovariance(risk.covariance, where);
      if (!judged.ok) return judged;
      const dense = new DenseRisk(judged.value.covariance, assets.length, null);
      return ok({ risk: dense, notes: judged.value.notes });
    }
    case 'factors':
      return resolveFactors(risk, assets);
    case 'returns':
      return resolveReturns(risk, assets);
  }
}

interface Where {
  readonly pointer: string;
  readonly names: readonly string[];
  readonly repair: CovarianceRepair | null;
}

interface Judged {
  readonly covariance: Float64Array;
  readonly notes: readonly string[];
}

/**
 * @refuses COVARIANCE_ASYMMETRIC naming the worst pair, COVARIANCE_INDEFINITE naming the smallest eigenvalue and
 *   the assets that contradict, unless a repair is asked for
 */
export function judgedCovariance(
  given: Float64Array,
  { pointer, names, repair }: Where,
): Result<Judged, readonly Finding[]> {
  const n = names.length;
  const asymmetry = worstAsymmetry(given, n);
  if (asymmetry !== null && asymmetry.relative > ASYMMETRY_MOST) {
    const { row, column } = asymmetry;
    const here = String(given[row * n + column]);
    const there = String(given[column * n + row]);
    const message = `${names[row] ?? ''} with ${names[column] ?? ''} is ${here}, and the other way round ${there}`;
    const location = { pointer: `${pointer}/${String(row)}/${String(column)}` };
    return err([errorFinding('COVARIANCE_ASYMMETRIC', message, location)]);
  }
  const covariance = asymmetry === null ? given : symmetrized(given, n);
  const verdict = judgeDefiniteness(covariance, n);
  if (verdict.kind !== 'indefinite') return ok({ covariance, notes: [] });
  const negative = names.findIndex((_, i) => (covariance[i * n + i] as number) < 0);
  if (repair !== null && negative < 0) {
    const kind = repair === 'clip' ? 'clippedEigenvalues' : 'nearestCovariance';
    return ok(repairCovariance(covariance, n, kind));
  }
  if (negative >= 0) {
    const value = String(covariance[negative * n + negative]);
    const message = `the variance of ${names[negative] ?? ''} is ${value}`;
    const location = { pointer: `${pointer}/${String(negative)}/${String(negative)}` };
    return err([errorFinding('VARIANCE_NOT_POSITIVE', message, location)]);
  }
  const eigenvalue = verdict.smallestEigenvalue.toPrecision(6);
  const count = `${String(verdict.negativeCount)} of ${String(n)} eigenvalues are negative, the smallest is ${eigenvalue}`;
  const message = `${count}, along ${heaviest(verdict.direction, names)}; "repair": "clip" or "nearest" beside it asks for the repaired matrix`;
  return err([errorFinding('COVARIANCE_INDEFINITE', message, { pointer })]);
}

/** The three assets that the direction leans on most. */
function heaviest(direction: Float64Array, names: readonly string[]): string {
  return [...direction.keys()]
    .sort((a, b) => Math.abs(direction[b] as number) - Math.abs(direction[a] as number))
    .slice(0, 3)
    .map((i) => `${names[i] ?? ''} (${(direction[i] as number).toFixed(2)})`)
    .join(', ');
}

/** F = loadings times a root of the factor covariance. */
function resolveFactors(
  risk: Extract<PortfolioRisk, { kind: 'factors' }>,
  names: readonly string[],
): Resolution {
  const { factorCount: k, loadings, factorCovariance, specificVariance } = risk;
  if (factorCovariance === null || k === 0) {
    const split = { specificVariance, factors: loadings, factorCount: k };
    return ok({ risk: riskOfFactors(split, names.length), notes: [] });
  }
  const factorNames = Array.from({ length: k }, (_, f) => `factor ${String(f)}`);
  const where = { pointer: '/risk/factors/covariance', names: factorNames, repair: null };
  const judged = judgedCovariance(factorCovariance, where);
  if (!judged.ok) return judged;
  const root = eigenRoot(judged.value.covariance, k);
  const factors =
    root.factorCount === 0 ? new Float64Array(0) : multiply(loadings, root.factors, k);
  const split = { specificVariance, factors, factorCount: root.factorCount };
  return ok({ risk: riskOfFactors(split, names.length), notes: judged.value.notes });
}

function riskOfFactors(
  split: ConstructorParameters<typeof FactorRisk>[0],
  n: number,
): ResolvedRisk {
  const lazy = new FactorRisk(split, null);
  return split.factorCount <= FACTOR_SHARE * n ? lazy : new DenseRisk(lazy.covariance, n, null);
}

function resolveReturns(
  risk: Extract<PortfolioRisk, { kind: 'returns' }>,
  assets: readonly string[],
): Resolution {
  const { returns, observationCount, choice } = risk;
  const n = assets.length;
  const scenarios = { count: observationCount, returns };
  // A short history is kept as its own factors: the matrix of 5,000 assets would not pay.
  if (choice.estimator === 'sample' && observationCount <= FACTOR_SHARE * n) {
    const ddof = choice.ddof ?? 1;
    if (observationCount - ddof <= 0) {
      const message = `${String(observationCount)} observations less ddof ${String(ddof)} leave none`;
      return err([errorFinding('ESTIMATOR_HISTORY_SHORT', message, { pointer: '/risk/returns' })]);
    }
    const factors = centeredFactors(scenarios, n, ddof);
    const specificVariance = new Float64Array(n);
    const split = { specificVariance, factors, factorCount: observationCount };
    const note = `${String(observationCount)} observations of ${String(n)} assets: the covariance is singular, and some mixes show no risk`;
    return ok({ risk: new FactorRisk(split, scenarios), notes: [note] });
  }
  const estimate = estimateCovariance(scenarios, choice, assets);
  if (!estimate.ok) return err(estimate.error.map(withPointer));
  const { covariance, notes } = estimate.value;
  return ok({ risk: new DenseRisk(covariance, n, scenarios), notes });
}

function withPointer(finding: Finding): Finding {
  return finding.location.pointer === undefined
    ? { ...finding, location: { ...finding.location, pointer: '/risk/returns' } }
    : finding;
}

/** n x T: centered returns over sqrt(T - ddof). */
function centeredFactors(
  { count, returns }: { readonly count: number; readonly returns: Float64Array },
  n: number,
  ddof: number,
): Float64Array {
  const factors = new Float64Array(n * count);
  const root = Math.sqrt(count - ddof);
  for (let i = 0; i < n; i += 1) {
    let mean = 0;
    for (let t = 0; t < count; t += 1) mean += returns[t * n + i] as number;
    mean /= count;
    for (let t = 0; t < count; t += 1) {
      factors[i * count + t] = ((returns[t * n + i] as number) - mean) / root;
    }
  }
  return factors;
}
