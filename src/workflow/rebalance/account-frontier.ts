/** What less tax would cost one account of a run in tracking error: the choices beside the one proposed. */
import { Decimal } from '../../kernel/index.ts';
import { MONEY_SCALE, type AccountId, type Certificate, type Money } from '../../domain/index.ts';
import { taxFrontier } from '../../optimizer/index.ts';
import { accountProblemOfRun } from './account-problem-of-run.ts';
import type { ProposeInput } from './propose-rebalance.ts';

export interface AccountFrontierPoint {
  /** On realized gains, before lots are rounded to whole shares; losses count as no tax. */
  readonly estimatedTax: Money;
  /** To the targets, annualized, as a fraction. */
  readonly trackingError: number;
  /** One way, of the planning total. */
  readonly turnover: number;
  readonly tradeCount: number;
  /** What a unit of tax counts at this point; 1 is the firm's choice. */
  readonly taxWeight: number;
  readonly certificate: Certificate;
  /** True of the point that the run proposed. */
  readonly isProposed: boolean;
}

export type AccountFrontier =
  | {
      readonly status: 'traced';
      readonly planningTotal: Money;
      /** By ascending tax. */
      readonly points: readonly AccountFrontierPoint[];
      /** Tracking error of doing nothing, and whether the limits would allow that. */
      readonly noTrade: { readonly trackingError: number; readonly isAllowed: boolean };
    }
  /** The run solved nothing for this account: see its findings. */
  | { readonly status: 'notSolved' };

/** Violations below this are rounding, in weight. */
const ALLOWED_BELOW = 1e-9;

/** @param count points, 3 to 200, with both ends and the proposed one among them */
export function accountFrontier(
  input: ProposeInput,
  accountId: AccountId,
  count: number,
): AccountFrontier {
  const found = accountProblemOfRun(input, accountId);
  if (found?.result.status !== 'optimal') return { status: 'notSolved' };
  const frontier = taxFrontier(found.untaxedProblem(), { tax: found.taxCurves(), points: count });
  if (frontier.status !== 'traced') return { status: 'notSolved' };
  const { planningTotal } = found.targets;
  const total = planningTotal.toFloat();
  return {
    status: 'traced',
    planningTotal,
    points: frontier.points.map((point, i) => ({
      estimatedTax: Decimal.fromFloat<'Money'>(point.tax * total, {
        scale: MONEY_SCALE,
        mode: 'halfEven',
      }),
      trackingError: point.trackingError,
      turnover: point.turnover,
      tradeCount: point.tradeCount,
      taxWeight: point.taxWeight,
      certificate: point.certificate,
      isProposed: i === frontier.now,
    })),
    noTrade: {
      trackingError: frontier.noTrade.trackingError,
      isAllowed: frontier.noTrade.violation <= ALLOWED_BELOW,
    },
  };
}
