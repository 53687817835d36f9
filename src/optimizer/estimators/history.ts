/** A return history as the estimators read it, and the refusals they share. */
import { assert, err, ok, type Result } from '../../kernel/index.ts';
import { errorFinding, type Finding } from '../../domain/index.ts';

/** T x n simple returns, row-major, oldest first. */
export interface History {
  readonly count: number;
  readonly assetCount: number;
  readonly returns: Float64Array;
  /** n names for messages. */
  readonly assets: readonly string[];
}

export interface HistoryInput {
  readonly count: number;
  readonly returns: Float64Array;
}

/**
 * @param assets n names; without them messages say `asset 3` (counted from 0)
 * @refuses ESTIMATOR_DATA_DEGENERATE naming the first missing return of each asset that has one;
 *   ESTIMATOR_HISTORY_SHORT without a period or an asset
 */
export function readHistory(
  { count, returns }: HistoryInput,
  assets: readonly string[] | null,
): Result<History, readonly Finding[]> {
  if (count < 1 || returns.length === 0) {
    return err([errorFinding('ESTIMATOR_HISTORY_SHORT', 'the return history is empty')]);
  }
  assert(returns.length % count === 0, 'a history is T x n');
  const assetCount = returns.length / count;
  const names = assets ?? Array.from({ length: assetCount }, (_, i) => `asset ${String(i)}`);
  assert(names.length === assetCount, 'a history has one column per asset');
  const findings: Finding[] = [];
  names.forEach((name, i) => {
    for (let t = 0; t < count; t += 1) {
      if (Number.isFinite(returns[t * assetCount + i])) continue;
      const message = `the return of ${name} in period ${String(t)} (counted from 0) is not a finite number`;
      findings.push(errorFinding('ESTIMATOR_DATA_DEGENERATE', message, { symbol: name }));
      break;
    }
  });
  return findings.length > 0 ? err(findings) : ok({ count, assetCount, returns, assets: names });
}

/** Refuses a history with fewer than `least` periods. */
export function shortHistory(history: History, least: number, use: string): Finding | null {
  if (history.count >= least) return null;
  return errorFinding(
    'ESTIMATOR_HISTORY_SHORT',
    `${use} needs at least ${String(least)} periods; the history has ${String(history.count)}`,
  );
}

/** One refusal per asset whose returns never change: it has no correlation with anything. */
export function constantAssets(
  history: History,
  variances: Float64Array,
  use: string,
): readonly Finding[] {
  return history.assets.flatMap((name, i) =>
    (variances[i] as number) > 0
      ? []
      : [
          errorFinding(
            'ESTIMATOR_DATA_DEGENERATE',
            `${name} has the same return in every period; ${use} needs variances above zero`,
            { symbol: name },
          ),
        ],
  );
}
