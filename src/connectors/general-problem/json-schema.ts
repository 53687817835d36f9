/** JSON Schema (draft 2020-12) of the JSON form of a general problem. */
import type { JsonValue } from '../../kernel/index.ts';

type Schema = Readonly<Record<string, JsonValue>>;

const numbers: Schema = { type: 'array', items: { type: 'number' } };
const names: Schema = {
  type: 'array',
  items: { type: 'string', minLength: 1, maxLength: 255 },
  uniqueItems: true,
};
const limit: Schema = {
  anyOf: [
    { type: ['number', 'null'] },
    { enum: ['Infinity', '+Infinity', '-Infinity', 'inf', '+inf', '-inf'] },
  ],
};
const limits = (side: string): Schema => ({
  description: `${side}; null, or 1e20 and beyond, for none; one number for all; absent: none.`,
  anyOf: [limit, { type: 'array', items: limit }],
});
const indices: Schema = { type: 'array', items: { type: 'integer', minimum: 0 } };
const matrix = (description: string): Schema => ({
  description,
  type: 'object',
  properties: { rows: indices, columns: indices, values: numbers },
  required: ['rows', 'columns', 'values'],
  additionalProperties: false,
});

const properties = {
  name: { type: 'string', maxLength: 255, description: 'Title of the problem.' },
  sense: {
    enum: ['minimize', 'maximize'],
    description: 'Absent: minimize. The result is stated in this sense.',
  },
  variables: { ...names, description: 'n names; absent: x0, x1, …' },
  rows: { ...names, description: 'm names; absent: row0, row1, …' },
  P: matrix(
    "Quadratic part, n x n, as a list of entries from index 0. The objective has 1/2 x'Px of the entries as given: write both triangles of a symmetric matrix. A place may be given once.",
  ),
  q: { ...numbers, description: 'Linear part, n; absent: zero.' },
  constant: { type: 'number', description: 'Added to the objective; absent: zero.' },
  A: matrix('Rows, m x n, as a list of entries from index 0. A place may be given once.'),
  rowLower: limits('Lower limits of the m rows'),
  rowUpper: limits('Upper limits of the m rows'),
  lower: limits('Lower bounds of the n variables'),
  upper: limits('Upper bounds of the n variables'),
  integer: {
    description: 'Integer variables: n flags (true, false), or indices from 0, or names.',
    type: 'array',
    items: { type: ['boolean', 'integer', 'string'] },
  },
} as const satisfies Record<string, Schema>;

export const FIELD_NAMES: readonly string[] = Object.keys(properties);
export const MATRIX_FIELD_NAMES = ['rows', 'columns', 'values'] as const;

export const GENERAL_PROBLEM_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'general-problem.json',
  description:
    "Minimize 1/2 x'Px + q'x + constant subject to rowLower <= A x <= rowUpper, lower <= x <= upper, some x integer. The number of variables is the length of variables, q, lower or upper; that of rows the length of rows, rowLower or rowUpper.",
  type: 'object',
  properties,
  additionalProperties: false,
};
