import type { ConflictingConstraint } from '../../domain/index.ts';
import type { Prices } from '../plain-solve.ts';

export type BudgetSolution =
  | (Prices & {
      readonly status: 'solved';
      readonly weights: Float64Array;
      readonly budgetPrices: Float64Array;
      readonly iterations: number;
      readonly name: string;
    })
  | {
      readonly status: 'infeasible';
      readonly conflict: readonly ConflictingConstraint[];
      readonly iterations: number;
    };
