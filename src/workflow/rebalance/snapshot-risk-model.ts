/** The risk model of a snapshot: one estimate for all accounts, and for every later question about them. */
import { estimateRiskModel } from '../../analysis/index.ts';
import type { Snapshot } from '../../domain/index.ts';

type Estimate = ReturnType<typeof estimateRiskModel>;

const estimates = new WeakMap<Snapshot, Estimate>();

/** Estimated at the first call; the snapshot cannot change, so neither can the answer. */
export function riskModelOf(snapshot: Snapshot): Estimate {
  let estimate = estimates.get(snapshot);
  if (estimate === undefined) {
    estimate = estimateRiskModel(
      {
        symbols: [...snapshot.quotes.keys()].sort(),
        priceHistory: snapshot.priceHistory,
        instruments: snapshot.instruments,
        asOfDate: snapshot.asOfDate,
      },
      snapshot.settings.optimizer,
    );
    estimates.set(snapshot, estimate);
  }
  return estimate;
}
