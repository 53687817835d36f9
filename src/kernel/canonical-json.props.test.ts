/** J1 against an independent implementation of RFC 8785. */
import { canonicalize } from 'json-canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, toPlainJson } from './canonical-json.ts';
import { Decimal } from './decimal.ts';

const decimals = fc
  .tuple(fc.bigInt(), fc.integer({ min: 0, max: 20 }))
  .map(([coefficient, scale]) => Decimal.of(coefficient, scale));
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
const texts = fc.string({ unit: 'binary' });
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(texts, numbers, fc.boolean(), fc.constant(null), fc.bigInt(), decimals),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(texts, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 5 }),
    fc.array(fc.tuple(texts, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
    fc.array(texts, { maxLength: 5 }).map((items) => new Set(items)),
    fc.array(numbers, { maxLength: 5 }).map((items) => Float64Array.from(items)),
  ),
}));

describe('canonical JSON', () => {
  it('J1 is the RFC 8785 text of the plain value', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(toPlainJson(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the example of RFC 8785, section 3.2.4', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => canonicalJson([value])).toThrow('finite');
  });

  it.each([[undefined], [Symbol('x')], [(): void => undefined]])('refuses %s', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});
