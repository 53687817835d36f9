import type { OptimizationProblem } from '../../domain/index.ts';
import { SharedModel, type ModelArrays, type PricesInUserUnits } from '../problem/shared-model.ts';
import { createAccountEngine } from './account-engine.ts';
import { ColdStart } from './cold-start.ts';
import type { AccountEngine, EngineAnswer, EngineStart, NewtonOptions } from './engine-types.ts';
import { KernelPair } from './kernel-pair.ts';
import { PROXIMAL_CURVATURE, namesBelowFloor, settle } from './proximal-loop.ts';

export interface ModelAnswer extends PricesInUserUnits {
  /** `infeasible`: the row prices are to be verified as a proof (infeasibility/farkas.ts). */
  readonly status: EngineAnswer['status'];
  /** n. */
  readonly weights: Float64Array;
  readonly iterations: number;
  /** 0 where no name lies below the curvature floor. */
  readonly proximalRounds: number;
}

const OPTIONS: NewtonOptions = { tolerance: 1e-11, iterationsMax: 100 };

/**
 * Many accounts over one risk model: boxes, rows, curves and impact; no hard budgets and no soft rows, which are
 * built above. The answer is the first engine's own: its certificate is the caller's to compute. It depends on the
 * problem and the start alone, not on the accounts solved before it.
 */
export class ModelEngine {
  readonly shared: SharedModel;
  readonly #engine: AccountEngine;
  readonly #coldStart: ColdStart;
  /** Names below the curvature floor. */
  readonly #low: readonly number[];

  /**
   * @param model its arrays are kept by identity and must not be written afterwards
   * @param kernels to take over from an engine that is not used again; default: new ones
   */
  constructor(
    model: ModelArrays,
    backend?: AccountEngine['backend'],
    kernels: KernelPair = new KernelPair(),
  ) {
    this.shared = new SharedModel(model);
    const { block } = this.shared;
    this.#low = namesBelowFloor(block.curvature);
    const curvature = block.curvature.slice();
    for (const i of this.#low) curvature[i] = (curvature[i] as number) + PROXIMAL_CURVATURE;
    this.#engine = createAccountEngine({ ...block, curvature }, backend, () => kernels.account());
    this.#coldStart = new ColdStart({ ...block, curvature }, backend, () => kernels.rows());
  }

  get backend(): AccountEngine['backend'] {
    return this.#engine.backend;
  }

  /**
   * @param start prices to begin from, to be recorded where an answer must be replayed; default: none, where
   *   every name takes its own best weight, or row prices alone (see ColdStart). That is nearer to the answer than the
   *   prices of the current holding, whose factor risk is what trading removes.
   * @throws AssertionError when the problem holds another risk model or no risk aversion
   */
  solve(
    problem: OptimizationProblem,
    start: PricesInUserUnits | null = null,
    options: NewtonOptions = OPTIONS,
  ): ModelAnswer {
    const account = this.shared.accountBlock(problem);
    const from: EngineStart = {
      prices:
        start === null
          ? this.#coldStart.pricesOf(account)
          : this.shared.engineStart(problem, start),
    };
    const answer =
      this.#low.length === 0
        ? { ...this.#engine.solve(account, from, options), proximalRounds: 0 }
        : settle(
            (center, begin) => {
              const linear = account.linear.slice();
              for (const i of this.#low) {
                const away = (problem.target[i] as number) - (center[i] as number);
                linear[i] = (linear[i] as number) + PROXIMAL_CURVATURE * away;
              }
              return this.#engine.solve({ ...account, linear }, begin, options);
            },
            { center: problem.current, start: from },
            options,
          );
    const { status, weights, iterations, proximalRounds } = answer;
    return {
      status,
      weights,
      iterations,
      proximalRounds,
      ...this.shared.inUserUnits(problem, answer.prices),
    };
  }
}
