/**
 * Expected returns from an equilibrium and views (Black and Litterman 1992; He and Litterman 1999):
 *
 *   pi       = delta Sigma w_market                               equilibrium returns
 *   mean     = pi + tau Sigma P' (P tau Sigma P' + Omega)^-1 (Q - P pi)
 *   M        = tau Sigma - tau Sigma P' (P tau Sigma P' + Omega)^-1 P tau Sigma
 *   covariance of returns = Sigma + M
 *
 * Without Omega each view is as uncertain as the prior makes it: tau diag(P Sigma P'). A confidence c in (0, 1]
 * gives omega = (1 - c)/c tau p Sigma p' (Idzorek 2005; Walters 2007 for the closed form): c = 1/2 is the
 * same, c = 1 is certainty, and a view with c = 0 is left out.
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type PortfolioObjective } from '../../../domain/index.ts';
import { choleskyFactor, choleskySolve } from '../../linear-algebra/index.ts';
import { judgedCovariance } from '../resolve/index.ts';

export type BlackLitterman = Extract<PortfolioObjective, { kind: 'blackLitterman' }>;

export interface Posterior {
  readonly equilibriumReturns: Float64Array;
  readonly posteriorReturns: Float64Array;
  /** n x n; Sigma + M. */
  readonly posteriorCovariance: Float64Array;
}

/**
 * @param covariance n x n, positive semidefinite
 * @refuses METHOD_INPUT_INVALID when certain views contradict or repeat one another; COVARIANCE_ASYMMETRIC and
 *   COVARIANCE_INDEFINITE for omega
 */
export function posteriorOf(
  objective: BlackLitterman,
  covariance: Float64Array,
): Result<Posterior, readonly Finding[]> {
  const n = objective.marketWeights.length;
  const { tau } = objective;
  const equilibriumReturns = timesVector(covariance, objective.marketWeights).map(
    (x) => objective.riskAversion * x,
  );
  const views = viewsOf(objective, covariance);
  if (!views.ok) return views;
  const { P, Q, omega, count: k, spread } = views.value;
  // Rows of tau P Sigma, k x n.
  const lifted = spread.map((row) => row.map((x) => tau * x));
  const middle = new Float64Array(k * k);
  for (let a = 0; a < k; a += 1) {
    for (let b = 0; b < k; b += 1) {
      const shared = dot(lifted[a] as Float64Array, P[b] as Float64Array);
      middle[a * k + b] = shared + (omega[a * k + b] as number);
    }
  }
  const outcome = choleskyFactor(middle, k);
  if (outcome.kind !== 'factored') {
    const message = `view ${String(outcome.index)} is certain and says again, or contradicts, what other certain views say`;
    const location = { pointer: `/objective/views/P/${String(outcome.index)}` };
    return err([errorFinding('METHOD_INPUT_INVALID', message, location)]);
  }
  const surprise = Float64Array.from(
    Q,
    (q, a) => q - dot(P[a] as Float64Array, equilibriumReturns),
  );
  const pull = choleskySolve(outcome.factor, surprise);
  const posteriorReturns = equilibriumReturns.slice();
  for (let a = 0; a < k; a += 1)
    addScaled(posteriorReturns, lifted[a] as Float64Array, pull[a] as number);
  const posteriorCovariance = covariance.map((x) => x * (1 + tau));
  for (let j = 0; j < n; j += 1) {
    const column = Float64Array.from(lifted, (row) => row[j] as number);
    const taken = choleskySolve(outcome.factor, column);
    for (let i = 0; i <= j; i += 1) {
      let total = 0;
      for (let a = 0; a < k; a += 1)
        total += ((lifted[a] as Float64Array)[i] as number) * (taken[a] as number);
      const value = (posteriorCovariance[i * n + j] as number) - total;
      posteriorCovariance[i * n + j] = value;
      posteriorCovariance[j * n + i] = value;
    }
  }
  return ok({ equilibriumReturns, posteriorReturns, posteriorCovariance });
}

interface PreparedViews {
  readonly count: number;
  readonly P: readonly Float64Array[];
  readonly Q: readonly number[];
  /** k x k. */
  readonly omega: Float64Array;
  /** Rows of P Sigma. */
  readonly spread: readonly Float64Array[];
}

function viewsOf(
  { marketWeights, views, tau }: BlackLitterman,
  covariance: Float64Array,
): Result<PreparedViews, readonly Finding[]> {
  const n = marketWeights.length;
  const all = [...views.Q.keys()];
  const kept = all.filter((a) => views.confidence?.[a] !== 0);
  const P = kept.map((a) => views.P.slice(a * n, (a + 1) * n));
  const spread = P.map((row) => timesVector(covariance, row));
  const k = kept.length;
  const given = views.omega;
  if (given !== null && given.length === k * k && k > 1) {
    const names = kept.map((a) => `view ${String(a)}`);
    const judged = judgedCovariance(given, {
      pointer: '/objective/views/omega',
      names,
      repair: null,
    });
    if (!judged.ok) return judged;
    return ok({
      count: k,
      P,
      Q: kept.map((a) => views.Q[a] as number),
      omega: judged.value.covariance,
      spread,
    });
  }
  const omega = new Float64Array(k * k);
  kept.forEach((view, a) => {
    const prior = tau * dot(spread[a] as Float64Array, P[a] as Float64Array);
    const c = views.confidence?.[view] ?? 0.5;
    omega[a * k + a] = given === null ? ((1 - c) / c) * prior : (given[view] as number);
  });
  return ok({ count: k, P, Q: kept.map((a) => views.Q[a] as number), omega, spread });
}

function timesVector(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return x.map((_, i) => {
    let total = 0;
    for (let j = 0; j < n; j += 1) total += (matrix[i * n + j] as number) * (x[j] as number);
    return total;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}

function addScaled(into: Float64Array, row: Float64Array, multiple: number): void {
  for (let i = 0; i < into.length; i += 1) {
    into[i] = (into[i] as number) + multiple * (row[i] as number);
  }
}
