/**
 * Rule expressions: a small, closed part of CEL (Common Expression Language) over declared facts.
 * The only module that knows the CEL library, and the only place where a hole in it can matter.
 *
 * Invariants (tested under the same numbers in cel.props.test.ts):
 *   X1  An expression is accepted only if its static type is bool, it reads exactly declared facts, and its
 *       syntax tree holds nothing but the constructs listed in `ALLOWED`.
 *   X2  An absent fact is `couldNotCheck`, whatever the expression: `missing || true` is not true here.
 *   X3  Whatever is raised while evaluating is `couldNotCheck`, never `pass`, even where the language would
 *       absorb it (`error || true`).
 *   X4  Numbers are exact decimals from end to end; no binary float can enter.
 *
 * A list of forbidden constructs was rejected: the next release of the library would add one that is not on
 * it. `matches` (backtracking, seconds on 26 characters), comprehensions, `dyn`, and bare numbers, which
 * are doubles or int64, are outside the allowed list (docs/decisions/0040).
 */
import { Environment, type ASTNode, type ParseResult } from '@marcbachmann/cel-js';
import { Decimal, err, ok, type Result } from '../kernel/index.ts';
import type { Code, FactValue, Verdict } from '../domain/index.ts';

/** decimal: exact number. text: a word of a closed list. flag: true or false. */
export type FactType = 'decimal' | 'text' | 'flag';

export interface ExpressionFault {
  readonly code: Code;
  readonly message: string;
}

export interface ExpressionOutcome {
  readonly verdict: Verdict;
  /** Why it could not be checked; null otherwise. */
  readonly because: string | null;
}

/** A checked expression, parsed once and evaluated any number of times. */
export interface CompiledExpression {
  /** The facts that it reads, sorted. */
  readonly factNames: readonly string[];
  /** @param facts at least every fact of `factNames`; null or absent = not available */
  evaluate(facts: Readonly<Record<string, FactValue | undefined>>): ExpressionOutcome;
}

const NODE_COUNT_MAX = 300;
const DEPTH_MAX = 30;
const TEXT_LENGTH_MAX = 2_000;
const ALLOWED = new Set('value id call && || !_ ?: == != < <= > >= + - *'.split(' '));
const CEL_TYPE = { decimal: 'decimal_number', text: 'string', flag: 'bool' } as const;

/**
 * Checks an expression against the declared facts and prepares it.
 *
 * @param facts name and type of every fact that may be read
 * @refuses RULE_TOO_LARGE, RULE_SYNTAX_INVALID, RULE_CONSTRUCT_NOT_ALLOWED, RULE_FACT_UNKNOWN,
 *   RULE_TYPE_INVALID, RULE_RESULT_NOT_BOOLEAN
 */
export function compileExpression(
  expression: string,
  facts: ReadonlyMap<string, FactType>,
): Result<CompiledExpression, ExpressionFault> {
  if (expression.length > TEXT_LENGTH_MAX) {
    return fault('RULE_TOO_LARGE', `longer than ${String(TEXT_LENGTH_MAX)} characters`);
  }
  const raised: RaisedError = { message: null };
  let parsed: ParseResult;
  try {
    parsed = environmentFor(facts, raised).parse(expression);
  } catch (error) {
    const message = firstLine(error);
    return fault(/exceed|limit/i.test(message) ? 'RULE_TOO_LARGE' : 'RULE_SYNTAX_INVALID', message);
  }
  const names = new Set<string>();
  const constructFault = faultIn(parsed.ast, names);
  if (constructFault !== null) return err(constructFault);
  const unknown = [...names].filter((name) => !facts.has(name)).sort();
  if (unknown.length > 0) return fault('RULE_FACT_UNKNOWN', `no such fact: ${unknown.join(', ')}`);
  const check = parsed.check();
  if (!check.valid) return fault('RULE_TYPE_INVALID', firstLine(check.error));
  if (check.type !== 'bool') {
    return fault('RULE_RESULT_NOT_BOOLEAN', `its type is ${String(check.type)}`);
  }
  return ok(compiled({ parsed, factNames: [...names].sort(), types: facts, raised }));
}

/** The first error raised by an operator in the evaluation under way; `||` and `&&` may swallow it. */
interface RaisedError {
  message: string | null;
}

interface Program {
  readonly parsed: ParseResult;
  readonly factNames: readonly string[];
  readonly types: ReadonlyMap<string, FactType>;
  readonly raised: RaisedError;
}

function compiled({ parsed, factNames, types, raised }: Program): CompiledExpression {
  const evaluate = (facts: Readonly<Record<string, FactValue | undefined>>): ExpressionOutcome => {
    const context = Object.create(null) as Record<string, FactValue>;
    for (const name of factNames) {
      const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
      if (value === null || value === undefined) return couldNotCheck(`${name} is not available`);
      if (typeOf(value) !== types.get(name)) return couldNotCheck(`${name} has the wrong type`);
      context[name] = value;
    }
    raised.message = null;
    try {
      const answer: unknown = parsed(context);
      if (raised.message !== null) return couldNotCheck(raised.message);
      if (answer === true) return PASS;
      if (answer === false) return FAIL;
      return couldNotCheck('the expression answered neither true nor false');
    } catch (error) {
      return couldNotCheck(firstLine(error));
    }
  };
  return { factNames, evaluate };
}

const PASS: ExpressionOutcome = { verdict: 'pass', because: null };
const FAIL: ExpressionOutcome = { verdict: 'fail', because: null };
const couldNotCheck = (because: string): ExpressionOutcome => ({
  verdict: 'couldNotCheck',
  because,
});

/** The type of a fact's value; null for a value that no fact may have, for example a float. */
function typeOf(value: unknown): FactType | null {
  if (value instanceof Decimal) return 'decimal';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'flag' : null;
}

function environmentFor(facts: ReadonlyMap<string, FactType>, raised: RaisedError): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    enableOptionalTypes: false,
    limits: { maxAstNodes: NODE_COUNT_MAX, maxDepth: DEPTH_MAX },
  });
  const number = CEL_TYPE.decimal;
  // No fields: the coefficient and the prototype of a decimal are out of a rule's reach.
  environment.registerType(number, { ctor: Decimal, fields: {} });
  environment.registerFunction(`decimal(string): ${number}`, (text: string) => Decimal.parse(text));
  const operators: readonly [string, (a: Decimal, b: Decimal) => Decimal | boolean][] = [
    ['<', (a, b) => a.isLessThan(b)],
    ['<=', (a, b) => a.isAtMost(b)],
    ['>', (a, b) => a.isGreaterThan(b)],
    ['>=', (a, b) => a.isAtLeast(b)],
    ['==', (a, b) => a.equals(b)], // the library derives `!=` from it
    ['+', (a, b) => a.plus(b)],
    ['-', (a, b) => a.minus(b)],
    ['*', (a, b) => a.times(b)],
  ];
  for (const [operator, handler] of operators) {
    environment.registerOperator(`${number} ${operator} ${number}`, (a: Decimal, b: Decimal) => {
      try {
        return handler(a, b);
      } catch (error) {
        raised.message ??= firstLine(error);
        throw error;
      }
    });
  }
  for (const [name, type] of facts) environment.registerVariable(name, CEL_TYPE[type]);
  return environment;
}

/** The first construct that is not allowed; collects the names read into `names`. */
function faultIn(node: ASTNode, names: Set<string>): ExpressionFault | null {
  if (!ALLOWED.has(node.op)) {
    const what = node.op === 'rcall' ? `the function ${String(node.args[0])}` : `'${node.op}'`;
    return notAllowed(`${what} may not be used`);
  }
  switch (node.op) {
    case 'value':
      return typeof node.args === 'string' || typeof node.args === 'boolean'
        ? null
        : notAllowed(`write the number ${String(node.args)} as decimal("...")`);
    case 'id':
      names.add(node.args);
      return null;
    case 'call':
      return faultInCall(node.args);
    default:
      for (const child of childrenOf(node)) {
        const found = faultIn(child, names);
        if (found !== null) return found;
      }
      return null;
  }
}

/** Only `decimal("literal")`: a number known when the rule is saved, not when it is needed. */
function faultInCall([name, args]: [string, ASTNode[]]): ExpressionFault | null {
  const [argument] = args;
  if (name !== 'decimal') return notAllowed(`the function ${name} may not be used`);
  if (args.length !== 1 || argument?.op !== 'value' || typeof argument.args !== 'string') {
    return notAllowed('decimal takes one literal, for example decimal("0.25")');
  }
  return Decimal.tryParse(argument.args) === null
    ? notAllowed(`"${argument.args.slice(0, 40)}" is not a plain decimal number`)
    : null;
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const args: unknown = node.args;
  return (Array.isArray(args) ? args : [args]) as readonly ASTNode[];
}

const notAllowed = (message: string): ExpressionFault => ({
  code: 'RULE_CONSTRUCT_NOT_ALLOWED',
  message,
});

const fault = (code: Code, message: string): Result<never, ExpressionFault> =>
  err({ code, message });

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n', 1)[0] ?? '').slice(0, 200);
}
