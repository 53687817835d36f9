/**
 * The loop of the interior point: steps until the residuals in the user's units are small enough, or progress
 * ends. It hands back the best point it saw. Whether that is an answer is decided elsewhere, from the user's
 * problem.
 */
import { BarrierPoint } from './barrier-point.ts';
import type { Merit, PrimalDual } from './barrier-point.ts';
import { BarrierStep } from './barrier-step.ts';
import type { ScaledProblem } from './scaling.ts';

export interface InteriorPointOptions {
  /** Stop once all residuals, absolute in the user's units, are below it. */
  readonly absoluteTolerance: number;
  /** Below this, relative to their terms, the loop soon gives up on improving the residuals further. */
  readonly relativeTolerance: number;
  readonly iterationsMax: number;
  /** Called with the present point; true ends the loop (a proof was found). */
  readonly hasProof: (point: PrimalDual) => boolean;
  /** Asked at each iteration and inside long factorizations; true ends the loop with the best point so far. */
  readonly shouldStop: () => boolean;
  /** Linear solves are measured against their right-hand sides alone. */
  readonly isStrict?: boolean;
}

export interface InteriorPointOutcome {
  readonly best: PrimalDual;
  readonly last: PrimalDual;
  readonly iterations: number;
  readonly end: 'converged' | 'stalled' | 'proof' | 'iterationLimit' | 'stopped';
}

/** Iterations without progress that end the loop, before and after the relative tolerance is met. */
const PATIENCE = 60;
const PATIENCE_CLOSE = 10;

export function runInteriorPoint(
  problem: ScaledProblem,
  options: InteriorPointOptions,
): InteriorPointOutcome {
  const point = new BarrierPoint(problem);
  const stepper = new BarrierStep(point, options.absoluteTolerance, options);
  const watch = new ProgressWatch(options);
  stepper.start();
  let best = point.snapshot();
  for (let iteration = 0; ; iteration++) {
    point.evaluate();
    const merit = point.merit();
    if (watch.note(merit)) best = point.snapshot();
    const finish = (end: InteriorPointOutcome['end']): InteriorPointOutcome => ({
      best,
      last: point.snapshot(),
      iterations: iteration,
      end,
    });
    if (merit.absolute <= options.absoluteTolerance) return finish('converged');
    if (watch.isOver() || merit.absolute === Infinity) return finish(watch.verdict());
    if (iteration >= options.iterationsMax) return finish('iterationLimit');
    if (iteration > 4 && !watch.isClose() && options.hasProof(point.snapshot())) {
      return finish('proof');
    }
    if (options.shouldStop()) return finish('stopped');
    if (!stepper.advance()) return finish(watch.verdict());
  }
}

/** Which point is the best so far, and whether the loop still gets anywhere. */
class ProgressWatch {
  readonly #options: InteriorPointOptions;
  #best: Merit | null = null;
  readonly #lowest = {
    primal: Infinity,
    dual: Infinity,
    gap: Infinity,
    relative: Infinity,
    absolute: Infinity,
  };
  #idle = 0;

  constructor(options: InteriorPointOptions) {
    this.#options = options;
  }

  /** True where this point is the best so far. */
  note(merit: Merit): boolean {
    const isBetter = this.#best === null || this.#improves(merit, this.#best);
    if (isBetter) this.#best = merit;
    this.#idle = this.#progresses(merit) ? 0 : this.#idle + 1;
    return isBetter;
  }

  /** The best point meets the relative tolerance. */
  isClose(): boolean {
    return this.#best !== null && this.#best.relative <= this.#options.relativeTolerance;
  }

  isOver(): boolean {
    return this.#idle >= (this.isClose() ? PATIENCE_CLOSE : PATIENCE);
  }

  verdict(): 'converged' | 'stalled' {
    return this.isClose() ? 'converged' : 'stalled';
  }

  #improves(a: Merit, b: Merit): boolean {
    const { relativeTolerance } = this.#options;
    if (a.relative <= relativeTolerance && b.relative <= relativeTolerance) {
      return a.absolute < b.absolute;
    }
    return a.relative < b.relative;
  }

  /** Before the tolerance is met any residual may lead; after it only the largest one counts. */
  #progresses(merit: Merit): boolean {
    const lowest = this.#lowest;
    let isProgress = false;
    const track = (key: keyof Merit, factor: number, enough: number): void => {
      if (!(merit[key] < factor * lowest[key])) return;
      lowest[key] = Math.max(merit[key], enough);
      isProgress = true;
    };
    track('absolute', 0.95, 0);
    if (this.isClose()) return isProgress;
    const enough = 0.1 * this.#options.absoluteTolerance;
    for (const key of ['primal', 'dual', 'gap'] as const) track(key, 0.98, enough);
    track('relative', 0.98, 0);
    return isProgress;
  }
}
