/** Portfolio problems with limits on names, least weights, least trades and lots, with proof. */
import { err, ok, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Certificate,
  type Finding,
  type PortfolioResult,
} from '../../domain/index.ts';
import type { ResolvedProblem } from '../portfolio/resolved-problem.ts';
import type { ChoiceProblem } from './choice-problem.ts';
import { searchChoices, type SearchAnswer, type SearchOptions } from './choice-search.ts';
import { objectiveForm, type ObjectiveForm } from './objective-form.ts';
import { choicesOf, type Choices } from './portfolio-choices.ts';
import { solvePortfolioLots } from './portfolio-lots.ts';

/** A weight this near the end of a piece is at it. */
const AT_END = 1e-9;

type Outcome = Result<PortfolioResult, readonly Finding[]>;

/** True where `solveIntegers` is needed. */
export function hasIntegers({ problem }: ResolvedProblem): boolean {
  const { maximumNames, exactNames, minimumWeight, minimumTrade, roundLots } = problem.constraints;
  return [maximumNames, exactNames, minimumWeight, minimumTrade, roundLots].some(
    (one) => one !== null,
  );
}

/**
 * Solves a portfolio problem with choices by branch and bound.
 *
 * `integerProof.bound` is on the objective as reported: nothing allowed is better than it. The certificate is
 * of the minimized value, with the same bound as its dual. Weights at an open end of a box are limited to
 * 1,000 times the whole.
 *
 * @returns `optimal` when the bound meets the value within 1e-7 of it, or, when `shouldStop` or `nodesMax` ended
 *   the search, the best answer found with `integerProof.kind` heuristic and its distance; `infeasible` with
 *   the limit that cannot be met; `iterationLimit` when the search ended before any answer
 * @refuses METHOD_CONSTRAINT_UNSUPPORTED an objective, measure or constraint that choices cannot be combined with;
 *   METHOD_INPUT_INVALID limits on names that no number of names meets
 */
export function solveIntegers(resolved: ResolvedProblem, options: SearchOptions = {}): Outcome {
  const form = objectiveForm(resolved);
  if (!form.ok) return form;
  const invalid = invalidLimits(resolved);
  if (invalid.length > 0) return err(invalid);
  if (resolved.problem.constraints.roundLots !== null) {
    return solvePortfolioLots(resolved, form.value, options);
  }
  const relaxed = form.value.solve(resolved);
  if (relaxed.status !== 'optimal' && relaxed.status !== 'iterationLimit') return ok(relaxed);
  const choices = choicesOf(resolved, form.value);
  const empty = emptyAsset(choices.problem);
  if (empty >= 0) return ok(contradiction(resolved, relaxed, empty));
  const answer = searchChoices(choices.problem, options);
  if (answer.weights === null)
    return ok(withoutAnswer({ resolved, relaxed, answer, form: form.value }));
  return ok(proved({ resolved, form: form.value, choices, answer }));
}

function invalidLimits({ problem, assetCount }: ResolvedProblem): Finding[] {
  const { maximumNames, exactNames, minimumWeight, minimumTrade } = problem.constraints;
  const findings: Finding[] = [];
  const check = (isValid: boolean, name: string, message: string): void => {
    const location = { pointer: `/constraints/${name}` };
    if (!isValid) findings.push(errorFinding('METHOD_INPUT_INVALID', message, location));
  };
  const isCount = (value: number | null): boolean =>
    value === null || (Number.isInteger(value) && value >= 0);
  check(isCount(maximumNames), 'maximumNames', 'maximumNames is a whole number, not negative');
  check(isCount(exactNames), 'exactNames', 'exactNames is a whole number, not negative');
  check(
    exactNames === null || exactNames <= Math.min(assetCount, maximumNames ?? assetCount),
    'exactNames',
    'exactNames is not above maximumNames or the number of assets',
  );
  check(minimumWeight === null || minimumWeight >= 0, 'minimumWeight', 'minimumWeight is >= 0');
  check(minimumTrade === null || minimumTrade >= 0, 'minimumTrade', 'minimumTrade is >= 0');
  return findings;
}

function emptyAsset({ pieces, size }: ChoiceProblem): number {
  for (let i = 0; i < size; i += 1) if (pieces.start[i] === pieces.start[i + 1]) return i;
  return -1;
}

/** An asset whose box, least weight and least trade leave it no weight at all. */
function contradiction(
  resolved: ResolvedProblem,
  relaxed: PortfolioResult,
  i: number,
): PortfolioResult {
  const { constraints, assets } = resolved.problem;
  const asset = assets[i] as string;
  const lower = resolved.lower[i] as number;
  const upper = resolved.upper[i] as number;
  const conflict: { constraint: string; relaxation: number }[] = [];
  const { minimumWeight, minimumTrade } = constraints;
  if (minimumWeight !== null && minimumWeight > 0) {
    const relaxation = Math.max(0, minimumWeight - Math.max(Math.abs(lower), Math.abs(upper)));
    conflict.push({ constraint: 'minimumWeight', relaxation });
  }
  if (minimumTrade !== null && minimumTrade > 0) {
    const room = Math.max(
      upper - (resolved.current[i] as number),
      (resolved.current[i] as number) - lower,
    );
    conflict.push({ constraint: 'minimumTrade', relaxation: Math.max(0, minimumTrade - room) });
  }
  const note = `no weight of ${asset} meets its bounds, the least weight and the least trade together`;
  return infeasible(relaxed, conflict, note);
}

export function infeasible(
  relaxed: PortfolioResult,
  conflict: PortfolioResult['conflict'],
  note: string,
): PortfolioResult {
  return {
    ...relaxed,
    status: 'infeasible',
    certificate: null,
    binding: [],
    riskContributions: null,
    conflict,
    notes: [...relaxed.notes, note],
    solver: { name: SOLVER, iterations: relaxed.solver.iterations },
  };
}

export const SOLVER = 'branch and bound';

interface Unanswered {
  readonly resolved: ResolvedProblem;
  readonly relaxed: PortfolioResult;
  readonly answer: SearchAnswer;
  readonly form: ObjectiveForm;
}

/** The convex problem has an answer and the choices have none, or none was found in time. */
function withoutAnswer({ resolved, relaxed, answer, form }: Unanswered): PortfolioResult {
  if (answer.status === 'stopped') {
    const sign = form.isMaximized ? -1 : 1;
    const bound = sign * answer.bound;
    return {
      ...relaxed,
      status: 'iterationLimit',
      integerProof: { kind: 'heuristic', bound, gap: Infinity, nodes: answer.nodes },
      notes: [
        ...relaxed.notes,
        'the search ended before it found weights that meet all choices: these do not',
      ],
      solver: { name: SOLVER, iterations: answer.nodes },
    };
  }
  const { conflict, note } = loosened(resolved, form);
  return infeasible(relaxed, conflict, note);
}

/** Which limit on choices, left out alone, makes the problem solvable, and by how much it would have to give. */
function loosened(
  resolved: ResolvedProblem,
  form: ObjectiveForm,
): { readonly conflict: PortfolioResult['conflict']; readonly note: string } {
  const conflict: { constraint: string; relaxation: number }[] = [];
  const { constraints } = resolved.problem;
  const names = ['maximumNames', 'exactNames', 'minimumWeight', 'minimumTrade'] as const;
  for (const name of names) {
    const limit = constraints[name];
    if (limit === null) continue;
    const without: ResolvedProblem = {
      ...resolved,
      problem: { ...resolved.problem, constraints: { ...constraints, [name]: null } },
    };
    const answer = searchChoices(choicesOf(without, form).problem, {
      nodesMax: LOOSENED_NODES_MAX,
    });
    if (answer.weights === null) continue;
    conflict.push({ constraint: name, relaxation: shortfall(resolved, name, answer.weights) });
  }
  return {
    conflict,
    note:
      conflict.length > 0
        ? 'each of these limits, loosened alone, would do'
        : 'no limit on names, weights or trades would do alone',
  };
}

const LOOSENED_NODES_MAX = 2000;

function shortfall(
  resolved: ResolvedProblem,
  name: 'maximumNames' | 'exactNames' | 'minimumWeight' | 'minimumTrade',
  weights: Float64Array,
): number {
  const limit = resolved.problem.constraints[name] ?? 0;
  const sizes = Array.from(weights, Math.abs).filter((x) => x > AT_END);
  if (name === 'maximumNames' || name === 'exactNames') return Math.abs(sizes.length - limit);
  const moves = Array.from(weights, (x, i) => Math.abs(x - (resolved.current[i] as number)));
  const smallest = Math.min(
    ...(name === 'minimumWeight' ? sizes : moves.filter((x) => x > AT_END)),
  );
  return Math.max(0, limit - smallest);
}

interface Answered {
  readonly resolved: ResolvedProblem;
  readonly form: ObjectiveForm;
  readonly choices: Choices;
  readonly answer: SearchAnswer;
}

/** The choices found, solved once more by the convex methods, which prove their part on their own. */
function proved({ resolved, form, choices, answer }: Answered): PortfolioResult {
  const weights = answer.weights as Float64Array;
  const { lower, upper } = boxesAround(choices.problem, weights);
  const fixed = form.solve({ ...resolved, lower, upper });
  const sign = form.isMaximized ? -1 : 1;
  const value = sign * fixed.objective;
  // Both values are of feasible weights: the bound holds for either.
  const bound = Math.min(answer.bound, value);
  const gap = value - bound;
  const isProved = answer.status === 'proved' && gap <= 2e-7 * Math.abs(value) + 1e-15;
  const certificate: Certificate = {
    primal: value,
    dual: bound,
    gap,
    maxViolation: fixed.certificate?.maxViolation ?? 0,
  };
  return {
    ...fixed,
    certificate,
    integerProof: {
      kind: isProved ? 'proved' : 'heuristic',
      bound: sign * bound,
      gap,
      nodes: answer.nodes,
    },
    binding: ownBinding(resolved, fixed),
    notes: [...fixed.notes, ...choices.notes],
    solver: { name: `${SOLVER}, finished by ${fixed.solver.name}`, iterations: answer.nodes },
  };
}

/** For each asset the piece that its weight lies in. */
function boxesAround(
  { pieces, size }: ChoiceProblem,
  weights: Float64Array,
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  const lower = new Float64Array(size);
  const upper = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    const x = weights[i] as number;
    let best = pieces.start[i] as number;
    let nearest = Infinity;
    for (let p = best; p < (pieces.start[i + 1] as number); p += 1) {
      const low = pieces.low[p] as number;
      const high = pieces.high[p] as number;
      // A point wins over an interval that begins at it: that is what the weight was fixed to.
      const distance = Math.max(low - x, x - high, 0) + (high > low ? AT_END / 10 : 0);
      if (distance < nearest) {
        nearest = distance;
        best = p;
      }
    }
    lower[i] = pieces.low[best] as number;
    upper[i] = pieces.high[best] as number;
  }
  return { lower, upper };
}

/** A box end that is the user's own binds; the end of a piece is a choice, and its price is none of a limit. */
function ownBinding(resolved: ResolvedProblem, fixed: PortfolioResult): PortfolioResult['binding'] {
  const index = new Map(resolved.problem.assets.map((asset, i) => [asset, i]));
  return fixed.binding.filter(({ constraint }) => {
    const [kind, asset] = [constraint.slice(0, 6), constraint.slice(6)];
    const i = kind === 'lower:' || kind === 'upper:' ? index.get(asset) : undefined;
    if (i === undefined) return true;
    const end = (kind === 'lower:' ? resolved.lower[i] : resolved.upper[i]) as number;
    return Math.abs((fixed.weights[i] as number) - end) <= AT_END;
  });
}
