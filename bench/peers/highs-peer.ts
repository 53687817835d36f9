/** HiGHS (WebAssembly, in this process) as a peer on general problems. */
import type { Highs } from 'highs';
import type { GeneralProblem } from '../../src/domain/index.ts';
import { highsModelData, withHighsModel } from '../../test/support/highs-model.ts';
import type { PeerAnswer } from './python-peers.ts';

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
