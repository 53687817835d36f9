import { Decimal } from '../../kernel/index.ts';
import type { StoryResult } from './loop-story.ts';

const percent = (weight: string | null): string =>
  weight === null ? 'n/a' : `${(Number(weight) * 100).toFixed(2)} %`;

/** Cents are always shown: 9544592.60, not 9544592.6. */
const cents = (amount: string | null | undefined): string =>
  amount === null || amount === undefined
    ? 'could not be computed'
    : Decimal.parse(amount).toFixed(2, 'halfEven');

/** What happened, in words for someone who has never seen it. */
export function demoSummary({ run, blocks, reconciliation, overriddenCount }: StoryResult): string {
  const { totals, orderCounts } = run;
  const executions = blocks.flatMap((block) => block.placements.flatMap((p) => p.executions));
  const lines = [
    '',
    'What just happened',
    `  ${String(totals?.accountCount ?? 0)} accounts were out of tolerance as of ${run.asOfDate}. For each, the optimizer minimized tracking`,
    '  error to its model under costs, taxes and restrictions; every answer carries a certificate.',
    `  ${String(totals?.orderCount ?? 0)} orders: buys ${cents(totals?.buyAmount)}, sells ${cents(totals?.sellAmount)}; realized gains short ${cents(totals?.realizedShortTerm)},`,
    `  long ${cents(totals?.realizedLongTerm)}; estimated tax ${cents(totals?.estimatedTax)}.`,
    `  Compliance: ${String(orderCounts.pass)} orders pass, ${String(orderCounts.fail)} fail, ${String(orderCounts.couldNotCheck)} could not be checked; ${String(overriddenCount)} soft fails`,
    '  were overridden with a reason. The orders of the others were left out of the release.',
    `  ${String(blocks.length)} blocks went to the simulated broker over FIX 4.4; ${String(executions.length)} fills came back and were allocated`,
    '  to the accounts pro rata at the average price.',
    `  Drift (active share, weighted): ${percent(totals?.activeShareBefore ?? null)} before, ${percent(totals?.activeShareAfter ?? null)} planned, ${percent(totals?.activeShareAchieved ?? null)} achieved.`,
  ];
  if (reconciliation !== null) {
    const { executions: fills, positions, cash } = reconciliation.matched;
    lines.push(
      `  Reconciliation with broker and custodian: ${String(fills + positions + cash)} lines match, ${String(reconciliation.breakCount)} breaks.`,
    );
  }
  lines.push(
    `  Snapshot ${run.snapshotHash?.slice(0, 16) ?? ''}…, result ${run.resultHash?.slice(0, 16) ?? ''}…`,
  );
  return lines.join('\n');
}
