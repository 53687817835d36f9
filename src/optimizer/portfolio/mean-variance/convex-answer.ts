/** What became of a convex program. */
import type { BindingConstraint, PortfolioResult } from '../../../domain/index.ts';
import type { ConvexPrices, ConvexProblem } from './convex-problem.ts';
import type { Evidence } from './evidence.ts';
import type { ActiveSet } from './polish.ts';

export interface ConvexAnswer {
  readonly status: PortfolioResult['status'];
  readonly weights: Float64Array;
  readonly prices: ConvexPrices;
  readonly evidence: Evidence;
  readonly binding: readonly BindingConstraint[];
  readonly conflict: PortfolioResult['conflict'];
  readonly iterations: number;
  /** Which of the engine's answers this is. */
  readonly solver: string;
  /** To begin a like problem from; null where the answer was not finished on its active set. */
  readonly start?: EngineStart | null;
}

/** Where a problem that differs a little begins: same assets, rows and kinks. */
export interface EngineStart {
  readonly v: Float64Array;
  /** In units of the user's objective. */
  readonly prices: Float64Array;
  readonly set: ActiveSet;
}

/** How the searches for reasons solve the programs that they make. */
export type SolveConvex = (problem: ConvexProblem) => ConvexAnswer;
