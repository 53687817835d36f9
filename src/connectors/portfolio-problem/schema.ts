/** JSON Schema (draft 2020-12) of a portfolio problem, from the lists of names that the reader uses. */
import type { JsonValue } from '../../kernel/index.ts';
import {
  COVARIANCE_ESTIMATORS,
  COVARIANCE_REPAIRS,
  EXPECTED_RETURNS_ESTIMATORS,
  RISK_MEASURES,
} from '../../domain/index.ts';
import { OBJECTIVE_KINDS } from './objective-reading.ts';

type Schema = Readonly<Record<string, JsonValue>>;

const number: Schema = { type: 'number' };
const nonNegative: Schema = { type: 'number', minimum: 0 };
const positive: Schema = { type: 'number', exclusiveMinimum: 0 };
const text: Schema = { type: 'string', minLength: 1, maxLength: 255 };
const vector: Schema = { type: 'array', items: number };
const matrix: Schema = { type: 'array', items: vector };
const perAsset: Schema = { anyOf: [number, vector] };
const limit: Schema = { type: ['number', 'null'] };
const limits: Schema = { anyOf: [limit, { type: 'array', items: limit }] };

const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: [...required],
});

const told = (schema: Schema, description: string): Schema => ({ ...schema, description });

const risk: Schema = {
  description: 'Exactly one of covariance, factors and returns; per period, not annualized.',
  ...object({
    covariance: told(matrix, 'n x n, symmetric, no negative eigenvalue'),
    repair: told(
      { enum: [...COVARIANCE_REPAIRS] },
      'what to do with negative eigenvalues; without it they are refused',
    ),
    factors: object(
      {
        loadings: told(matrix, 'n x k'),
        covariance: told(matrix, 'k x k; the identity where absent'),
        specificVariance: told({ type: 'array', items: nonNegative }, 'n'),
      },
      ['loadings', 'specificVariance'],
    ),
    returns: told(matrix, 'T x n simple returns, oldest first'),
    estimator: { enum: [...COVARIANCE_ESTIMATORS] },
    ddof: told(nonNegative, 'subtracted from T in the sample covariance; default 1'),
    halfLife: told(positive, 'exponential: in periods'),
    factorCount: { type: 'integer', minimum: 1 },
    denoising: { enum: ['constantResidual', 'targetShrinkage'] },
    noiseKept: { type: 'number', minimum: 0, maximum: 1 },
    threshold: number,
    exposures: told(matrix, 'fundamentalFactors: n x k'),
    regressionWeights: vector,
  }),
};

const expectedReturns: Schema = {
  description:
    'n numbers per period; or how they come from the return history (default: its means).',
  anyOf: [
    vector,
    object({
      estimator: { enum: [...EXPECTED_RETURNS_ESTIMATORS] },
      halfLife: positive,
      riskFreeRate: number,
      marketReturns: vector,
      marketWeights: vector,
      riskAversion: positive,
      shrinkTo: { enum: ['grandMean', 'minimumVariance'] },
      shrinkage: { type: 'number', minimum: 0, maximum: 1 },
    }),
  ],
};

const objective: Schema = {
  description:
    'minimumRisk; meanRisk {riskAversion}; targetReturn {return}; targetRisk {risk}; maximumRatio {riskFreeRate}; riskBudget {budgets}; mostDiversified; inverseVolatility; equalWeight; hierarchical {method, linkage, distance}; trackingError {benchmark, riskAversion}; robust {uncertainty, riskAversion}; blackLitterman {marketWeights, riskAversion, tau, views, then}.',
  ...object(
    {
      kind: { enum: [...OBJECTIVE_KINDS] },
      measure: { enum: [...RISK_MEASURES] },
      alpha: told({ type: 'number', exclusiveMinimum: 0, maximum: 1 }, 'tail probability; 0.05'),
      threshold: number,
      compounded: { type: 'boolean' },
      riskAversion: nonNegative,
      return: number,
      risk: told(nonNegative, 'targetRisk: limit in return units, volatility for variance'),
      riskFreeRate: number,
      budgets: told({ type: 'array', items: nonNegative }, 'n shares of risk; default equal'),
      method: { enum: ['hrp', 'herc', 'nco'] },
      linkage: { enum: ['single', 'complete', 'average', 'ward'] },
      distance: { enum: ['paper', 'condensed'] },
      clusterCount: { type: 'integer', minimum: 1 },
      benchmark: vector,
      uncertainty: object(
        {
          kind: { enum: ['ellipsoid', 'box'] },
          covariance: told(matrix, 'ellipsoid: n x n, of the errors of the means'),
          radius: nonNegative,
          width: told(perAsset, 'box: half-width of each mean'),
        },
        ['kind'],
      ),
      marketWeights: vector,
      tau: positive,
      views: object(
        {
          P: told(matrix, 'views x n'),
          Q: told(vector, 'return of each view'),
          omega: told(
            { anyOf: [vector, matrix] },
            "k (diagonal) or k x k; default tau diag(P Sigma P')",
          ),
          confidence: told(perAsset, '0 to 1 per view, instead of omega (Idzorek)'),
        },
        ['P', 'Q'],
      ),
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
      then: told({ type: 'object' }, 'the objective under the posterior; default meanRisk'),
    },
    ['kind'],
  ),
};

const constraints: Schema = object({
  budget: told(limit, 'sum of weights; default 1, null for none'),
  bounds: {
    anyOf: [
      told({ type: 'null' }, 'no limits'),
      told(object({ lower: limits, upper: limits }), 'default 0 and 1; null is unbounded'),
    ],
  },
  groups: {
    type: 'array',
    items: object(
      {
        name: text,
        members: { type: 'array', items: text },
        min: limit,
        max: limit,
        relativeTo: { enum: ['budget', null] },
      },
      ['members'],
    ),
  },
  linear: {
    type: 'array',
    items: object({ name: text, coefficients: vector, min: limit, max: limit }, ['coefficients']),
  },
  turnover: object(
    { kind: { enum: ['oneWay', 'gross', 'sellSide', 'perAsset'] }, max: nonNegative },
    ['max'],
  ),
  trackingError: object({ benchmark: vector, max: nonNegative }, ['benchmark', 'max']),
  factorExposure: {
    type: 'array',
    items: object({ factor: { type: 'integer', minimum: 0 }, min: limit, max: limit }, ['factor']),
  },
  maximumNames: { type: ['integer', 'null'], minimum: 1 },
  exactNames: { type: ['integer', 'null'], minimum: 1 },
  minimumWeight: told(limit, 'least weight of a name that is held'),
  minimumTrade: limit,
  roundLots: object(
    { prices: vector, lotSizes: perAsset, budget: positive, minimumBudget: limit },
    ['prices', 'budget'],
  ),
});

const costs: Schema = object({
  linear: told(perAsset, 'per unit of weight traded, either way'),
  sell: told(perAsset, 'per unit sold, instead of linear'),
  impact: object(
    { coefficient: perAsset, power: { type: 'number', exclusiveMinimum: 1, maximum: 2 } },
    ['coefficient'],
  ),
  piecewise: {
    type: 'array',
    items: object({ asset: text, breakpoints: vector, slopes: vector }, [
      'asset',
      'breakpoints',
      'slopes',
    ]),
  },
});

export const PORTFOLIO_PROBLEM_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'portfolio-problem',
  description: 'A portfolio problem for `evenkeel optimize`. Unknown fields are warned about.',
  ...object(
    {
      assets: { type: 'array', items: text, minItems: 1, uniqueItems: true },
      expectedReturns,
      risk,
      objective,
      constraints,
      current: told(vector, 'weights held now'),
      costs,
      frontier: object({ points: { type: 'integer', minimum: 2, maximum: 1000 } }),
      tolerance: { type: 'number', exclusiveMinimum: 0, maximum: 0.01 },
    },
    ['assets', 'risk', 'objective'],
  ),
};
