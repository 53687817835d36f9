/**
 * The custodian's end-of-day files, written from a book.
 *
 *   E1  Positions are the sums of the lots; every account has a cash line, zero included.
 */
import { sum } from '../../kernel/index.ts';
import { writeCustodianCash, writeCustodianPositions } from '../../connectors/index.ts';
import type {
  AccountId,
  CashBalance,
  CustodianCashLine,
  CustodianPositionLine,
  InstrumentSymbol,
  Quantity,
  TaxLot,
} from '../../domain/index.ts';

/** The part of a book that a custodian keeps. */
export interface CustodianState {
  readonly taxLots: ReadonlyMap<AccountId, readonly TaxLot[]>;
  readonly cash: ReadonlyMap<AccountId, CashBalance>;
}

export interface CustodianFiles {
  readonly positions: string;
  readonly cash: string;
}

/** Lines by account, then symbol. */
export function custodianPositionLines(state: CustodianState): CustodianPositionLine[] {
  return [...state.taxLots]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([accountId, lots]) => {
      const bySymbol = new Map<InstrumentSymbol, Quantity[]>();
      for (const { symbol, quantity } of lots) {
        const list = bySymbol.get(symbol);
        if (list === undefined) bySymbol.set(symbol, [quantity]);
        else list.push(quantity);
      }
      return [...bySymbol]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([symbol, quantities]) => ({ accountId, symbol, quantity: sum(quantities) }));
    });
}

export function custodianCashLines(state: CustodianState): CustodianCashLine[] {
  return [...state.cash.values()]
    .map(({ accountId, amount }) => ({ accountId, amount }))
    .sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
}

export function writeCustodianFiles(state: CustodianState): CustodianFiles {
  return {
    positions: writeCustodianPositions(custodianPositionLines(state)),
    cash: writeCustodianCash(custodianCashLines(state)),
  };
}
