import { celEnv, celFunc, CelScalar, isCelError, parse, plan } from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, multiply } from '../kernel/index.ts';
import type { FactValue, RuleExample } from '../domain/index.ts';
import { compileExpression, type FactType } from './cel.ts';
import { factTypesOfScope } from './fact-catalog.ts';
import { SHIPPED_RULES } from './rules/index.ts';

/** An independent CEL implementation; it has no decimals, so numbers go in as integers of 10^-12. */
const SCALE = 12;
const scaled = (value: Decimal): bigint => value.round(SCALE, 'halfEven').coefficient;

const CEL_TYPE = { decimal: CelScalar.INT, text: CelScalar.STRING, flag: CelScalar.BOOL } as const;

function other(expression: string, types: ReadonlyMap<string, FactType>, facts: Facts): unknown {
  const environment = celEnv({
    variables: Object.fromEntries([...types].map(([name, type]) => [name, CEL_TYPE[type]])),
    funcs: [
      celFunc('decimal', [CelScalar.STRING], CelScalar.INT, (text) => scaled(Decimal.parse(text))),
    ],
  });
  const bindings = Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      value instanceof Decimal ? scaled(value) : value,
    ]),
  );
  const answer: unknown = plan(environment, parse(expression))(bindings as never);
  // This implementation returns errors as objects, which are truthy.
  return isCelError(answer) ? 'error' : answer;
}

type Facts = Readonly<Record<string, FactValue>>;

function ours(expression: string, types: ReadonlyMap<string, FactType>, facts: Facts): unknown {
  const compiled = compileExpression(expression, types);
  if (!compiled.ok) throw new Error(`${expression}: ${compiled.error.message}`);
  const { verdict } = compiled.value.evaluate(facts);
  return verdict === 'couldNotCheck' ? 'error' : verdict === 'pass';
}

const FACTS = new Map<string, FactType>([
  ['a', 'decimal'],
  ['b', 'decimal'],
  ['c', 'decimal'],
  ['side', 'text'],
  ['isOpen', 'flag'],
]);

const decimal = fc
  .tuple(fc.bigInt({ min: -999_999n, max: 999_999n }), fc.integer({ min: 0, max: 4 }))
  .map(([coefficient, scale]) => Decimal.of(coefficient, scale));

const { expression } = fc.letrec<{ number: string; expression: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c'),
    decimal.map((value) => `decimal("${value.toString()}")`),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-'), tie('number'))
      .map((p) => `(${p.join(' ')})`),
  ),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('isOpen', 'side == "buy"', 'side != "sell"'),
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
      .map((parts) => parts.join(' ')),
    fc
      .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    tie('expression').map((inner) => `!(${inner})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([when, then, otherwise]) => `(${when}) ? (${then}) : (${otherwise})`),
  ),
}));

const facts = fc.record({
  a: decimal,
  b: decimal,
  c: decimal,
  side: fc.constantFrom('buy', 'sell'),
  isOpen: fc.boolean(),
});

describe('two independent CEL implementations', () => {
  it('agree on every shipped rule and its worked examples', () => {
    for (const rule of SHIPPED_RULES) {
      const types = factTypesOfScope(rule.scope);
      for (const example of rule.examples.filter((e) => e.expected !== 'couldNotCheck')) {
        const values = factsOf(example, types);
        const answer = other(rule.expression, types, values);
        expect([rule.ruleId, example.name, answer]).toEqual([
          rule.ruleId,
          example.name,
          example.expected === 'pass',
        ]);
        expect(ours(rule.expression, types, values)).toBe(answer);
      }
    }
  });

  it('X4: agree on random expressions over exact numbers', () => {
    fc.assert(
      fc.property(expression, facts, (text, values) => {
        expect(ours(text, FACTS, values)).toBe(other(text, FACTS, values));
      }),
    );
  });
});

function factsOf(example: RuleExample, types: ReadonlyMap<string, FactType>): Facts {
  return Object.fromEntries(
    Object.entries(example.facts).map(([name, value]) => [
      name,
      typeof value === 'string' && types.get(name) === 'decimal' ? Decimal.parse(value) : value,
    ]),
  );
}

describe('cel invariants', () => {
  it('X2: with any declared fact absent nothing passes', () => {
    fc.assert(
      fc.property(expression, facts, (text, values) => {
        const compiled = compileExpression(text, FACTS);
        if (!compiled.ok) throw new Error(compiled.error.message);
        for (const name of compiled.value.factNames) {
          expect(compiled.value.evaluate({ ...values, [name]: null }).verdict).toBe(
            'couldNotCheck',
          );
        }
      }),
    );
  });

  it('X3: an operator that raises never ends in pass, whatever stands beside it', () => {
    fc.assert(
      fc.property(expression, facts, (text, values) => {
        const raising = 'a * a * a * a < b';
        const compiled = compileExpression(`${raising} || (${text})`, FACTS);
        if (!compiled.ok) throw new Error(compiled.error.message);
        const outcome = compiled.value.evaluate({ ...values, a: Decimal.of(1n, 30) });
        expect(outcome.verdict).toBe('couldNotCheck');
      }),
    );
  });

  it('X4: products are exact', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const values = { a, b, c: multiply<'ratio'>(a, b), side: 'buy', isOpen: true };
        expect(ours('a * b == c', FACTS, values)).toBe(true);
      }),
    );
  });

  it('X1: text of any kind is refused or accepted, never thrown on', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const compiled = compileExpression(text, FACTS);
        expect(typeof compiled.ok).toBe('boolean');
      }),
    );
  });
});
