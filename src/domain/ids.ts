/** One type per kind of identifier: an account's id where a household's is meant does not compile. */
import { assert, type Brand } from '../kernel/index.ts';

export type HouseholdId = Brand<string, 'HouseholdId'>;
export type AccountId = Brand<string, 'AccountId'>;
/** The firm's name for an instrument, as its files spell it (FORMATS: `symbol`). */
export type InstrumentSymbol = Brand<string, 'InstrumentSymbol'>;
export type TaxLotId = Brand<string, 'TaxLotId'>;
export type ModelPortfolioId = Brand<string, 'ModelPortfolioId'>;
export type RunId = Brand<string, 'RunId'>;
export type OrderId = Brand<string, 'OrderId'>;
export type BlockId = Brand<string, 'BlockId'>;
export type PlacementId = Brand<string, 'PlacementId'>;
/** FIX ClOrdID (11): at most 20 characters, never reused; a replace or cancel request has its own. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;
export type ExecutionId = Brand<string, 'ExecutionId'>;
export type AllocationId = Brand<string, 'AllocationId'>;
export type BreakId = Brand<string, 'BreakId'>;
export type UserId = Brand<string, 'UserId'>;
export type RuleId = Brand<string, 'RuleId'>;

const IDENTIFIER_LENGTH_MAX = 128;

/** True for text that can be an identifier: printable, trimmed, not empty, at most 128 characters. */
export function isIdentifier(text: string): boolean {
  if (text.length === 0 || text.length > IDENTIFIER_LENGTH_MAX || text !== text.trim())
    return false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}

/** Brands text as an identifier of the caller's kind. @throws AssertionError if it is not one */
export function identifier<Id extends Brand<string, string>>(text: string): Id {
  assert(isIdentifier(text), `not an identifier: ${JSON.stringify(text.slice(0, 40))}`);
  return text as Id;
}

/** As `identifier`, for text of others: null when it cannot be one. */
export function tryIdentifier<Id extends Brand<string, string>>(text: string): Id | null {
  return isIdentifier(text) ? (text as Id) : null;
}
