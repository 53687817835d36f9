import { describe, expect, it } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import { compileExpression, type FactType } from './cel.ts';

const FACTS = new Map<string, FactType>([
  ['weight', 'decimal'],
  ['weightMax', 'decimal'],
  ['side', 'text'],
  ['isOpen', 'flag'],
]);
const d = (text: string): Decimal => Decimal.parse(text);

function codeOf(expression: string): string {
  const result = compileExpression(expression, FACTS);
  return result.ok ? 'accepted' : result.error.code;
}

describe('X1: what is accepted', () => {
  it.each([
    'weight <= weightMax',
    'weight + weightMax * decimal("2") >= decimal("0.25") - weight',
    'isOpen || (side == "sell" && weight != weightMax)',
    'isOpen ? weight < weightMax : !(side == "buy")',
    'isOpen',
    'true',
  ])('%s', (expression) => expect(codeOf(expression)).toBe('accepted'));

  it.each([
    ['weight <=', 'RULE_SYNTAX_INVALID'],
    ['', 'RULE_SYNTAX_INVALID'],
    ['weight', 'RULE_RESULT_NOT_BOOLEAN'],
    ['side', 'RULE_RESULT_NOT_BOOLEAN'],
    ['weight + weightMax', 'RULE_RESULT_NOT_BOOLEAN'],
    ['wieght <= weightMax', 'RULE_FACT_UNKNOWN'],
    ['constructor == "x"', 'RULE_FACT_UNKNOWN'],
    ['weight <= side', 'RULE_TYPE_INVALID'],
    ['isOpen && weight', 'RULE_TYPE_INVALID'],
    ['weight <= 0.25', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['weight <= 1', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['dyn(weight) == dyn(side)', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['side.matches("(a+)+$")', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['matches(side, "a")', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['side.startsWith("s")', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['side in ["buy"]', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['[weight].exists(w, w == weight)', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['{"a": true}["a"]', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['weight.coefficient == weight', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['weight / weightMax <= weight', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['decimal(side) <= weight', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['decimal("1e3") <= weight', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['decimal("NaN") <= weight', 'RULE_CONSTRUCT_NOT_ALLOWED'],
    ['null == null', 'RULE_CONSTRUCT_NOT_ALLOWED'],
  ])('refuses %s', (expression, code) => expect(codeOf(expression)).toBe(code));

  it('refuses what is too long or too deep, without overflowing the stack', () => {
    const long = Array.from({ length: 120 }, () => 'isOpen').join(' && ');
    expect(codeOf(`${long} && ${long}`)).toBe('RULE_TOO_LARGE');
    expect(codeOf(`${'('.repeat(900)}isOpen${')'.repeat(900)}`)).toBe('RULE_TOO_LARGE');
    expect(codeOf(`${'!'.repeat(900)}isOpen`)).toBe('RULE_TOO_LARGE');
    expect(codeOf('!'.repeat(100_000))).toBe('RULE_TOO_LARGE');
  });
});

describe('X2, X3: what cannot be checked does not pass', () => {
  const absorbing = compileExpression('weight <= weightMax || isOpen', FACTS);
  const evaluate = (
    facts: Parameters<Extract<typeof absorbing, { ok: true }>['value']['evaluate']>[0],
  ) => {
    if (!absorbing.ok) throw new Error(absorbing.error.message);
    return absorbing.value.evaluate(facts);
  };

  it('passes and fails on present facts', () => {
    const facts = { weight: d('0.3'), weightMax: d('0.25') };
    expect(evaluate({ ...facts, isOpen: true }).verdict).toBe('pass');
    expect(evaluate({ ...facts, isOpen: false }).verdict).toBe('fail');
  });

  it('an absent fact is not absorbed by a true one', () => {
    expect(evaluate({ weight: null, weightMax: d('1'), isOpen: true })).toEqual({
      verdict: 'couldNotCheck',
      because: 'weight is not available',
    });
    expect(evaluate({ weight: d('0.3'), weightMax: d('1') }).verdict).toBe('couldNotCheck');
  });

  it('a fact of another type, a float or NaN among them, is not compared', () => {
    const wrong = { weight: Number.NaN as never, weightMax: d('1'), isOpen: true };
    expect(evaluate(wrong)).toEqual({
      verdict: 'couldNotCheck',
      because: 'weight has the wrong type',
    });
    expect(evaluate({ weight: '0.1', weightMax: d('1'), isOpen: true }).verdict).toBe(
      'couldNotCheck',
    );
  });

  it('a fact inherited from a prototype does not count as present', () => {
    const inherited = Object.create({ weight: d('0'), weightMax: d('1'), isOpen: true }) as object;
    expect(evaluate({ ...inherited }).verdict).toBe('couldNotCheck');
    expect(evaluate(inherited as never).verdict).toBe('couldNotCheck');
  });

  it('arithmetic beyond the digits of a decimal is an error, and so not a pass', () => {
    const product = compileExpression('weight * weight * weight >= weightMax || true', FACTS);
    const tiny = Decimal.of(1n, 30);
    const outcome = product.ok ? product.value.evaluate({ weight: tiny, weightMax: d('0') }) : null;
    // CEL itself answers true: it absorbs an error beside `true`.
    expect(outcome?.verdict).toBe('couldNotCheck');
    const alone = compileExpression('weight * weight * weight >= weightMax', FACTS);
    const raised = alone.ok ? alone.value.evaluate({ weight: tiny, weightMax: d('0') }) : null;
    expect(raised?.verdict).toBe('couldNotCheck');
    expect(raised?.because).toContain('scale');
  });
});
