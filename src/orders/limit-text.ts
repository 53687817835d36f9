/** What binds an account, and what cannot hold together in it, as sentences. */
import { Decimal } from '../kernel/index.ts';
import type { BindingConstraint, ConflictingConstraint, Money } from '../domain/index.ts';

/** One percentage point of the account. */
const POINT = 0.01;

/**
 * A binding constraint with its price in basis points of the account and in money: what one percentage point
 * more room would save in the objective, where tracking risk, trading costs and taxes are added up.
 */
export function bindingText(binding: BindingConstraint, planningTotal: Money): string {
  const saving = Math.abs(binding.shadowPrice) * POINT;
  const money = Decimal.fromFloat<'Money'>(saving * planningTotal.toFloat(), {
    scale: 2,
    mode: 'halfEven',
  });
  const worth = `would save ${(saving * 1e4).toFixed(2)} basis points (${money.toFixed(2, 'halfEven')}) of risk, costs and taxes together`;
  return `${heldText(binding)} ${worth}.`;
}

function heldText({ constraint, shadowPrice }: BindingConstraint): string {
  const [side, symbol] = splitBox(constraint);
  if (side === 'upper') {
    return `${symbol} is at the most this run lets it be; one percentage point more`;
  }
  if (side === 'lower') {
    return `${symbol} is at the least this run lets it be; one percentage point less`;
  }
  if (constraint === 'budget') {
    return shadowPrice > 0
      ? 'The cash reserve is kept; one percentage point less of it'
      : 'Cash is at the most this run leaves idle; one percentage point more of it';
  }
  const end = shadowPrice > 0 ? 'most' : 'least';
  return `${constraint} is at the ${end} it may be; one percentage point more room`;
}

/** One limit of a set that cannot hold together, with the least by which it alone would have to give way. */
export function conflictText({ constraint, relaxation }: ConflictingConstraint): string {
  const [side, symbol] = splitBox(constraint);
  const name =
    side === 'upper'
      ? `the most that ${symbol} may be`
      : side === 'lower'
        ? `the least that ${symbol} may be`
        : constraint === 'budget'
          ? 'the cash that must be left or invested'
          : constraint;
  return Number.isFinite(relaxation)
    ? `${name}: giving way by ${(relaxation * 100).toFixed(2)} percentage points would resolve it`
    : `${name}: giving way here alone does not help`;
}

function splitBox(constraint: string): readonly ['upper' | 'lower' | null, string] {
  if (constraint.startsWith('upper:')) return ['upper', constraint.slice('upper:'.length)];
  if (constraint.startsWith('lower:')) return ['lower', constraint.slice('lower:'.length)];
  return [null, constraint];
}
