/**
 * The account engine against the general engine: the same accounts, stated once as the pipeline does and once
 * expanded into a general problem. The two share no code below their input types.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandedQp } from '../../bench/peers/expanded-qp.ts';
import { residuals } from '../../bench/peers/residuals.ts';
import { optimize, solveGeneral } from '../../src/optimizer/index.ts';
import { randomProblem } from '../support/optimization-problems.ts';

describe('an account expanded into a general problem', () => {
  it('has the same best value and, where risk fixes them, the same weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const options = { assetCountMax: 25, hasCosts: true, isFeasible: true };
        const account = randomProblem(seed, options);
        const ours = optimize(account);
        const expanded = expandedQp(account);
        const general = solveGeneral(expanded);
        expect([ours.status, general.status]).toEqual(['optimal', 'optimal']);
        const size = 1 + Math.abs(ours.certificate.primal);
        expect(Math.abs(general.objective - ours.certificate.primal)).toBeLessThan(1e-7 * size);
        // Specific variance is at least 0.01, so values this close leave weights no more room than this.
        account.assets.forEach((_, i) => {
          const difference = (ours.weights[i] as number) - (general.x[i] as number);
          expect(Math.abs(difference)).toBeLessThan(5e-3);
        });
      }),
    );
  });

  it('is judged by the common checker as by its own certificate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const options = { assetCountMax: 15, hasCosts: true, isFeasible: true };
        const expanded = expandedQp(randomProblem(seed, options));
        const { x, rowDuals, boundDuals, certificate, objective } = solveGeneral(expanded);
        const found = residuals(expanded, { x, rowDuals, boundDuals });
        const near = (a: number, b: number): void => {
          expect(Math.abs(a - b)).toBeLessThan(1e-9 * (1 + Math.abs(objective)));
        };
        near(found.objective, objective);
        near(found.primal, certificate.primalResidual);
        near(found.dual, certificate.dualResidual);
        near(found.gap, certificate.gap);
      }),
    );
  });
});
