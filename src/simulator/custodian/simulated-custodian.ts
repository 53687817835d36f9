/**
 * A custodian for demonstrations and tests. It keeps books of its own, begun from the firm's opening
 * files and changed only by instructions that it receives: it never sees our database, so that a
 * reconciliation against it proves something.
 *
 *   SC1  an instruction is booked once, whatever is delivered again or whenever the process dies.
 *   SC2  an acknowledgement is published after the statements that contain what it acknowledges.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { Decimal, type CalendarDate } from '../../kernel/index.ts';
import type {
  AccountId,
  CustodianCashLine,
  CustodianPositionLine,
  InstrumentSymbol,
} from '../../domain/index.ts';
import { writeCustodianCash, writeCustodianPositions } from '../../connectors/index.ts';

export interface CustodianOptions {
  /** Where it keeps its books. */
  readonly stateDirectory: string;
  /** Where instructions arrive: our outbox. */
  readonly instructionsDirectory: string;
  /** Where it puts statements: our inbox. */
  readonly statementsDirectory: string;
}

/** Opening positions and cash, from the firm directory that was imported. */
export interface OpeningBooks {
  readonly positions: readonly CustodianPositionLine[];
  readonly cash: readonly CustodianCashLine[];
}

interface StoredBooks {
  readonly positions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly cash: Readonly<Record<string, string>>;
  /** Names of the instructions booked, by trade date. */
  readonly booked: Readonly<Record<string, readonly string[]>>;
}

type Row = Readonly<Record<string, string>>;

const INSTRUCTION = /^allocation-instruction-(\d{4}-\d{2}-\d{2})-.+\.csv$/;

export class SimulatedCustodian {
  readonly #options: CustodianOptions;

  constructor(options: CustodianOptions) {
    this.#options = options;
  }

  get #booksPath(): string {
    return join(this.#options.stateDirectory, 'books.json');
  }

  /** Writes the opening books, unless there are books already. */
  async open(opening: OpeningBooks): Promise<void> {
    await mkdir(this.#options.stateDirectory, { recursive: true });
    await mkdir(this.#options.statementsDirectory, { recursive: true });
    if ((await readFile(this.#booksPath, 'utf8').catch(() => null)) !== null) return;
    const positions: Record<string, Record<string, string>> = {};
    for (const { accountId, symbol, quantity } of opening.positions) {
      (positions[accountId] ??= {})[symbol] = quantity.toString();
    }
    const cash = Object.fromEntries(
      opening.cash.map(({ accountId, amount }) => [accountId, amount.toString()]),
    );
    await this.#save({ positions, cash, booked: {} });
  }

  /** Books every instruction that is new and publishes statements. @returns names booked now */
  async processInstructions(): Promise<readonly string[]> {
    let books = await this.#load();
    const names = await readdir(this.#options.instructionsDirectory).catch(() => []);
    const booked: string[] = [];
    for (const name of names.filter((item) => INSTRUCTION.test(item)).sort()) {
      const date = INSTRUCTION.exec(name)?.[1] ?? '';
      if (books.booked[date]?.includes(name) === true) continue;
      const text = await readFile(join(this.#options.instructionsDirectory, name), 'utf8');
      const rows = parse(text, { columns: true, skip_empty_lines: true }) as unknown as Row[];
      books = withInstruction(books, { name, date, rows });
      await this.#save(books);
      booked.push(name);
    }
    // Also without news: a crash may have come between booking and publishing.
    for (const date of Object.keys(books.booked)) await this.#publish(books, date as CalendarDate);
    return booked;
  }

  async #publish(books: StoredBooks, date: CalendarDate): Promise<void> {
    const positions = Object.entries(books.positions).flatMap(([accountId, held]) =>
      Object.entries(held).map(([symbol, quantity]) => ({
        accountId: accountId as AccountId,
        symbol: symbol as InstrumentSymbol,
        quantity: Decimal.parse<'Quantity'>(quantity),
      })),
    );
    const cash = Object.entries(books.cash).map(([accountId, amount]) => ({
      accountId: accountId as AccountId,
      amount: Decimal.parse<'Money'>(amount),
    }));
    const acknowledged = ['instruction', ...(books.booked[date] ?? [])].join('\r\n');
    await this.#write(`custodian-positions-${date}.csv`, writeCustodianPositions(positions));
    await this.#write(`custodian-cash-${date}.csv`, writeCustodianCash(cash));
    await this.#write(`custodian-acknowledgement-${date}.csv`, `${acknowledged}\r\n`);
  }

  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#options.statementsDirectory, name);
    if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path);
  }

  async #load(): Promise<StoredBooks> {
    return JSON.parse(await readFile(this.#booksPath, 'utf8')) as StoredBooks;
  }

  async #save(books: StoredBooks): Promise<void> {
    await writeFile(`${this.#booksPath}.part`, JSON.stringify(books));
    await rename(`${this.#booksPath}.part`, this.#booksPath);
  }
}

function withInstruction(
  books: StoredBooks,
  instruction: { readonly name: string; readonly date: string; readonly rows: readonly Row[] },
): StoredBooks {
  const positions: Record<string, Record<string, string>> = {};
  for (const [accountId, held] of Object.entries(books.positions)) {
    positions[accountId] = { ...held };
  }
  const cash: Record<string, string> = { ...books.cash };
  for (const row of instruction.rows) {
    const accountId = row['accountId'] ?? '';
    const symbol = row['symbol'] ?? '';
    const quantity = Decimal.parse<'Quantity'>(row['quantity'] ?? '');
    const held = (positions[accountId] ??= {});
    const before = Decimal.parse<'Quantity'>(held[symbol] ?? '0');
    const after = row['side'] === 'buy' ? before.plus(quantity) : before.minus(quantity);
    if (after.isZero()) Reflect.deleteProperty(held, symbol);
    else held[symbol] = after.toString();
    // Its own arithmetic, from gross and commission: a wrong net amount of ours shows as a break.
    const gross = Decimal.parse<'Money'>(row['grossAmount'] ?? '');
    const commission = Decimal.parse<'Money'>(row['commission'] ?? '');
    const change =
      row['side'] === 'buy' ? gross.plus(commission).negated() : gross.minus(commission);
    cash[accountId] = Decimal.parse<'Money'>(cash[accountId] ?? '0')
      .plus(change)
      .toString();
  }
  const { date, name } = instruction;
  return {
    positions,
    cash,
    booked: { ...books.booked, [date]: [...(books.booked[date] ?? []), name] },
  };
}
