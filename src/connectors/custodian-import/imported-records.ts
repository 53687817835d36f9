/** What custodians' files say, in one form: canonical records, issues, and a receipt for every row. */
import { derivedId } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { errorFinding, warningFinding } from '../../domain/index.ts';
import type {
  Code,
  Finding,
  Money,
  Price,
  Quantity,
  Ratio,
  TransactionSide,
} from '../../domain/index.ts';

export interface ImportedAccount {
  readonly accountId: string;
  readonly name: string;
  readonly custodian: string;
  /** Null where the file does not say. */
  readonly currency: string | null;
}

export interface ImportedPosition {
  readonly accountId: string;
  readonly symbol: string;
  readonly quantity: Quantity;
  readonly price: Price | null;
  readonly marketValue: Money | null;
  readonly costBasis: Money | null;
  readonly currency: string;
  readonly asOfDate: CalendarDate | null;
}

export interface ImportedLot {
  readonly accountId: string;
  readonly symbol: string;
  /** Null where the file names none. */
  readonly lotId: string | null;
  readonly quantity: Quantity;
  readonly costBasis: Money;
  readonly acquiredDate: CalendarDate;
  readonly currency: string;
}

export interface ImportedCash {
  readonly accountId: string;
  readonly amount: Money;
  readonly currency: string;
  readonly asOfDate: CalendarDate | null;
}

export interface ImportedTransaction {
  /** The source's id, or one made of the content and its rank among equals: equal fills are two fills. */
  readonly transactionId: string;
  readonly accountId: string;
  readonly date: CalendarDate;
  readonly time: string | null;
  readonly symbol: string;
  readonly side: TransactionSide;
  readonly quantity: Quantity;
  readonly amount: Money | null;
  readonly price: Price | null;
  readonly fees: Money;
  readonly splitRatio: Ratio | null;
  readonly currency: string;
}

export interface ImportedSecurity {
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: string;
  readonly currency: string;
  readonly country: string | null;
  readonly issuer: string | null;
  readonly figi: string | null;
  readonly isin: string | null;
}

export type ImportFormat =
  | 'schwabPositions'
  | 'schwabTransactions'
  | 'schwabLotDetails'
  | 'schwabBank'
  | 'ibkrFlex'
  | 'unknown';

/** Every data row of the file is in exactly one of the three lists (I1). Headings are not data rows. */
export interface ImportReceipt {
  readonly file: string;
  readonly format: ImportFormat;
  readonly rows: number;
  readonly accepted: readonly number[];
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
  readonly ignored: readonly { readonly row: number; readonly reason: string }[];
}

export interface ImportedRecords {
  readonly accounts: readonly ImportedAccount[];
  readonly positions: readonly ImportedPosition[];
  readonly lots: readonly ImportedLot[];
  readonly cash: readonly ImportedCash[];
  readonly transactions: readonly ImportedTransaction[];
  readonly securities: readonly ImportedSecurity[];
  readonly issues: readonly Finding[];
  readonly receipts: readonly ImportReceipt[];
}

/** Collects the records of one file. */
export class ImportCollector {
  readonly #file: string;
  readonly #accounts = new Map<string, ImportedAccount>();
  readonly #securities = new Map<string, ImportedSecurity>();
  readonly #ranks = new Map<string, number>();
  readonly #accepted: number[] = [];
  readonly #rejected: { readonly row: number; readonly reason: string }[] = [];
  readonly #ignored: { readonly row: number; readonly reason: string }[] = [];
  readonly positions: ImportedPosition[] = [];
  readonly lots: ImportedLot[] = [];
  readonly cash: ImportedCash[] = [];
  readonly transactions: ImportedTransaction[] = [];
  readonly issues: Finding[] = [];
  format: ImportFormat = 'unknown';
  /** Counted by the reader's loop, before a row is looked at. */
  rows = 0;

  constructor(file: string) {
    this.#file = file;
  }

  accept(row: number): void {
    this.#accepted.push(row);
  }

  /** The row could not be read: an error. */
  reject(row: number, reason: string): void {
    this.#rejected.push({ row, reason });
    this.issue('IMPORT_ROW_REJECTED', reason, row);
  }

  /** The row was understood and left out; `isNoted` puts it among the issues too. */
  ignore(row: number, reason: string, isNoted = false): void {
    this.#ignored.push({ row, reason });
    if (!isNoted) return;
    const location = { file: this.#file, row };
    this.issues.push(warningFinding('IMPORT_ROW_IGNORED', reason, location));
  }

  issue(code: Code, message: string, row?: number): void {
    const location = { file: this.#file, ...(row === undefined ? {} : { row }) };
    this.issues.push(errorFinding(code, message, location));
  }

  warn(code: Code, message: string, row?: number): void {
    const location = { file: this.#file, ...(row === undefined ? {} : { row }) };
    this.issues.push(warningFinding(code, message, location));
  }

  addAccount(account: ImportedAccount): void {
    if (!this.#accounts.has(account.accountId)) this.#accounts.set(account.accountId, account);
  }

  addSecurity(security: ImportedSecurity): void {
    const known = this.#securities.get(security.symbol);
    if (known === undefined || known.isin === null) this.#securities.set(security.symbol, security);
  }

  addTransaction(
    transaction: Omit<ImportedTransaction, 'transactionId'>,
    sourceId: string | null,
  ): void {
    let transactionId = sourceId;
    if (transactionId === null) {
      const content = derivedId('tx', { ...transaction });
      const rank = (this.#ranks.get(content) ?? 0) + 1;
      this.#ranks.set(content, rank);
      transactionId = `${content}-${String(rank)}`;
    }
    this.transactions.push({ transactionId, ...transaction });
  }

  records(): ImportedRecords {
    // A statement may hold movements of an account that it does not describe.
    const custodian = this.format === 'ibkrFlex' ? 'Interactive Brokers' : 'Schwab';
    for (const list of [this.positions, this.lots, this.cash, this.transactions]) {
      for (const { accountId } of list) {
        this.addAccount({ accountId, name: accountId, custodian, currency: null });
      }
    }
    return {
      accounts: [...this.#accounts.values()],
      positions: this.positions,
      lots: this.lots,
      cash: this.cash,
      transactions: this.transactions,
      securities: [...this.#securities.values()],
      issues: this.issues,
      receipts: [
        {
          file: this.#file,
          format: this.format,
          rows: this.rows,
          accepted: this.#accepted,
          rejected: this.#rejected,
          ignored: this.#ignored,
        },
      ],
    };
  }
}
