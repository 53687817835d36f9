import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import { fromContent, toContent } from './content-json.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.string().map((text) => `=${text}`),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
    .map(([coefficient, scale]) => Decimal.parse(Decimal.of(coefficient, scale).toString())),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('node')),
    fc.dictionary(word(), tie('node')),
  ),
})).node;

function word(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[a-z]{1,6}$/);
}

test('what is stored is what is read, decimals as decimals and text as text', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(fromContent<unknown>(toContent([value]))).toEqual([value]);
    }),
  );
});
