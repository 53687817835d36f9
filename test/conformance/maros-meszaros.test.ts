/**
 * The general solver on the public Maros-Meszaros files, read by our own reader. Expected values are the published
 * ones: column OPT of the file 00README.QP that comes with the set (I. Maros, Cs. Meszaros, "A Repository of Convex
 * Quadratic Programming Problems", Optimization Methods and Software 11-12, 1999), found there by BPMPD.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGeneralProblem } from '../../src/connectors/general-problem/index.ts';
import type { GeneralProblem } from '../../src/domain/index.ts';
import { solveGeneral } from '../../src/optimizer/index.ts';
import { sharedData } from '../support/shared-data.ts';

const FOLDER = 'maros-meszaros-qps';
const data = sharedData('optimisation-instances');

/** The published values have eight digits, a few of them a little less true than long. */
const AGREEMENT = 2e-6;

const PUBLISHED = new Map(
  `
  CVXQP1_M 1.0875116e+06, CVXQP1_S 1.1590718e+04, CVXQP2_M 8.2015543e+05,
  CVXQP2_S 8.1209405e+03, CVXQP3_M 1.3628287e+06, CVXQP3_S 1.1943432e+04,
  DPKLO1 3.7009622e-01, DUAL1 3.5012966e-02, DUAL2 3.3733676e-02,
  DUAL3 1.3575584e-01, DUAL4 7.4609084e-01, DUALC1 6.1552508e+03,
  DUALC2 3.5513077e+03, DUALC5 4.2723233e+02, DUALC8 1.8309359e+04,
  GENHS28 9.2717369e-01, GOULDQP2 1.8427534e-04, GOULDQP3 2.0627840e+00,
  HS118 6.6482045e+02, HS21 -9.9960000e+01, HS268 5.7310705e-07,
  HS35 1.1111111e-01, HS35MOD 2.5000000e-01, HS51 8.8817842e-16,
  HS52 5.3266476e+00, HS53 4.0930233e+00, HS76 -4.6818182e+00,
  LASER 2.4096014e+06, LOTSCHD 2.3984159e+03, MOSARQP1 -9.5287544e+02,
  MOSARQP2 -1.5974821e+03, PRIMAL1 -3.5012965e-02, PRIMAL2 -3.3733676e-02,
  PRIMALC1 -6.1552508e+03, PRIMALC2 -3.5513077e+03, PRIMALC5 -4.2723233e+02,
  PRIMALC8 -1.8309430e+04, QADLITTL 4.8031886e+05, QAFIRO -1.5907818e+00,
  QBANDM 1.6352342e+04, QBEACONF 1.6471206e+05, QBORE3D 3.1002008e+03,
  QBRANDY 2.8375115e+04, QCAPRI 6.6793293e+07, QE226 2.1265343e+02,
  QETAMACR 8.6760370e+04, QFFFFF80 8.7314747e+05, QFORPLAN 7.4566315e+09,
  QGFRDXPN 1.0079059e+11, QGROW15 -1.0169364e+08, QGROW22 -1.4962895e+08,
  QGROW7 -4.2798714e+07, QISRAEL 2.5347838e+07, QPCBLEND -7.8425409e-03,
  QPCBOEI1 1.1503914e+07, QPCBOEI2 8.1719623e+06, QPCSTAIR 6.2043875e+06,
  QPTEST 4.3718750e+00, QRECIPE -2.6661600e+02, QSC205 -5.8139518e-03,
  QSCAGR25 2.0173794e+08, QSCAGR7 2.6865949e+07, QSCFXM1 1.6882692e+07,
  QSCFXM2 2.7776162e+07, QSCFXM3 3.0816355e+07, QSCORPIO 1.8805096e+03,
  QSCRS8 9.0456001e+02, QSCSD1 8.6666667e+00, QSCSD6 5.0808214e+01,
  QSCTAP1 1.4158611e+03, QSCTAP2 1.7350265e+03, QSEBA 8.1481801e+07,
  QSHARE1B 7.2007832e+05, QSHARE2B 1.1703692e+04, QSHIP04L 2.4200155e+06,
  QSHIP04S 2.4249937e+06, QSIERRA 2.3750458e+07, QSTAIR 7.9854528e+06,
  QSTANDAT 6.4118384e+03, S268 5.7310705e-07, TAME 0.0000000e+00,
  VALUES -1.3966211e+00, YAO 1.9770426e+02, ZECEVIC2 -4.1250000e+00
  `
    .trim()
    .split(/\s*,\s*/)
    .map((entry) => entry.split(' '))
    .map(([name, value]) => [name ?? '', Number(value)] as const),
);

/** The rounded data of VALUES has eigenvalues down to -1.3e-5: it is not convex, and we say so. */
const NON_CONVEX = 'VALUES';

function problem(name: string): GeneralProblem {
  const file = readdirSync(data.path(FOLDER)).find((entry) => entry.split('.')[0] === name);
  const reading = readGeneralProblem(name, data.text(`${FOLDER}/${file ?? name}`));
  if (reading.problem === null) throw new Error(`${name} could not be read`);
  return reading.problem;
}

describe.skipIf(!data.isAvailable)(`Maros-Meszaros ${data.reason}`, () => {
  it.each([...PUBLISHED].filter(([name]) => name !== NON_CONVEX))(
    '%s has the published value',
    (name, value) => {
      const result = solveGeneral(problem(name));
      expect(result.status).toBe('optimal');
      expect(Math.abs(result.objective - value)).toBeLessThan(AGREEMENT * (1 + Math.abs(value)));
      const { primalResidual, dualResidual, gap } = result.certificate;
      // Absolute, whatever the size of the problem; the values go up to 1e11.
      expect(Math.max(primalResidual, dualResidual, gap)).toBeLessThan(1e-5);
    },
  );

  it(`${NON_CONVEX} is refused with a direction of negative curvature`, () => {
    const values = problem(NON_CONVEX);
    const result = solveGeneral(values);
    expect(result.status).toBe('nonConvex');
    const v = result.ray ?? new Float64Array(values.q.length);
    let curvature = 0;
    for (let j = 0; j < v.length; j++) {
      for (
        let p = values.P.columnStart[j] as number;
        p < (values.P.columnStart[j + 1] as number);
        p++
      ) {
        curvature +=
          (v[j] as number) *
          (values.P.values[p] as number) *
          (v[values.P.rowIndex[p] as number] as number);
      }
    }
    expect(curvature).toBeLessThan(-1e-6);
  });
});
