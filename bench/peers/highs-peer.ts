/** HiGHS (WebAssembly, in this process) as a peer on general problems. */
import type { Highs } from 'highs';
import type { GeneralProblem } from '../../src/domain/index.ts';
import { highsModelData, withHighsModel } from '../../test/support/highs-model.ts';
import type { PeerAnswer } from './python-peers.ts';

/**
 * Its quadratic solver stalls on weights of order 1e-3: accounts are handed over in thousandths, their objective in
 * millionths (x = x'/X_SCALE, value = value'/VALUE_SCALE).
 */
const X_SCALE = 1e3;
const VALUE_SCALE = 1e6;

/** Solves the scaled problem and gives the answer in the units of `problem`. */
export function solveAccountByHighs(
  highs: Highs,
  given: Parameters<typeof solveByHighs>[1],
): PeerAnswer {
  const { problem } = given;
  const stretched = (values: Float64Array): Float64Array => values.map((value) => value * X_SCALE);
  const scaled: GeneralProblem = {
    ...problem,
    P: {
      ...problem.P,
      values: problem.P.values.map((value) => (value * VALUE_SCALE) / X_SCALE ** 2),
    },
    q: problem.q.map((value) => (value * VALUE_SCALE) / X_SCALE),
    constant: problem.constant * VALUE_SCALE,
    rowLower: stretched(problem.rowLower),
    rowUpper: stretched(problem.rowUpper),
    lower: stretched(problem.lower),
    upper: stretched(problem.upper),
  };
  const answer = solveByHighs(highs, { ...given, problem: scaled });
  if (answer.point === null) return answer;
  const { x, rowDuals, boundDuals } = answer.point;
  const price = (value: number): number => (value * X_SCALE) / VALUE_SCALE;
  return {
    ...answer,
    point: {
      x: x.map((value) => value / X_SCALE),
      rowDuals: rowDuals.map(price),
      boundDuals: boundDuals.map(price),
    },
  };
}

/** @param name of the problem; the structured input is handed over on the clock of `setup` */
export function solveByHighs(
  highs: Highs,
  given: {
    readonly name: string;
    readonly problem: GeneralProblem;
    readonly tolerance: number;
    readonly timeLimitSeconds: number;
  },
): PeerAnswer {
  const { name, problem, tolerance, timeLimitSeconds } = given;
  const data = highsModelData(problem);
  const answer = { problem: name, solver: 'highs', tolerance };
  return withHighsModel(highs, (model) => {
    model.options.set({
      time_limit: timeLimitSeconds,
      primal_feasibility_tolerance: Math.max(1e-10, tolerance),
      dual_feasibility_tolerance: Math.max(1e-10, tolerance),
    });
    const started = performance.now();
    try {
      model.passModel(data);
      const passed = performance.now();
      model.run();
      const ended = performance.now();
      const { colValue, rowDual, colDual } = model.getSolution();
      return {
        ...answer,
        status: String(model.getModelStatus()),
        setupSeconds: (passed - started) / 1000,
        solveSeconds: (ended - passed) / 1000,
        point: { x: colValue, rowDuals: rowDual, boundDuals: colDual },
      };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const status = error.message.slice(0, 200);
      const solveSeconds = (performance.now() - started) / 1000;
      return { ...answer, status, setupSeconds: 0, solveSeconds, point: null };
    }
  });
}
