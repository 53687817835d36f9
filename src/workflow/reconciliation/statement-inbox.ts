/**
 * Statement files of one trade date, as the broker and the custodian put them into a folder:
 *
 *   broker-executions-DATE.csv          FORMATS: brokerExecutionId, clientOrderId, symbol, side, …
 *   custodian-positions-DATE.csv        accountId, symbol, quantity
 *   custodian-cash-DATE.csv             accountId, amount
 *   custodian-acknowledgement-DATE.csv  one line per instruction that the custodian has booked: its name
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, type CalendarDate, type Sha256 } from '../../kernel/index.ts';
import type { Finding } from '../../domain/index.ts';
import {
  readBrokerStatement,
  readCustodianCash,
  readCustodianPositions,
} from '../../connectors/index.ts';
import type { TheirBooks } from '../../reconciliation/index.ts';

export interface ReadFileRecord {
  readonly name: string;
  readonly contentHash: Sha256;
}

export interface StatementReadings {
  readonly theirs: TheirBooks;
  /** Instructions that the custodian has booked. */
  readonly acknowledged: ReadonlySet<string>;
  readonly files: readonly ReadFileRecord[];
  readonly findings: readonly Finding[];
}

/** The statements of a date; the names of those that have not arrived otherwise. */
export async function readStatements(
  directory: string,
  tradeDate: CalendarDate,
): Promise<StatementReadings | { readonly missing: readonly string[] }> {
  const names = {
    executions: `broker-executions-${tradeDate}.csv`,
    positions: `custodian-positions-${tradeDate}.csv`,
    cash: `custodian-cash-${tradeDate}.csv`,
    acknowledgement: `custodian-acknowledgement-${tradeDate}.csv`,
  };
  // The acknowledgement first: what it names is in the positions that are read after it.
  const acknowledgement = await contentOf(directory, names.acknowledgement);
  const positions = await contentOf(directory, names.positions);
  const cash = await contentOf(directory, names.cash);
  const executions = await contentOf(directory, names.executions);
  if (acknowledgement === null || positions === null || cash === null || executions === null) {
    const found = { executions, positions, cash, acknowledgement };
    const missing = Object.entries(names).filter(
      ([key]) => found[key as keyof typeof found] === null,
    );
    return { missing: missing.map(([, name]) => name) };
  }
  const readings = {
    executions: readBrokerStatement(executions),
    positions: readCustodianPositions(positions),
    cash: readCustodianCash(cash),
  };
  return {
    theirs: {
      executions: readings.executions.lines,
      positions: readings.positions.lines,
      cash: readings.cash.lines,
    },
    acknowledged: new Set(
      acknowledgement
        .split(/\r?\n/)
        .slice(1)
        .filter((line) => line !== ''),
    ),
    files: Object.entries({ executions, positions, cash }).map(([key, content]) => ({
      name: names[key as keyof typeof names],
      contentHash: sha256(content),
    })),
    findings: Object.values(readings).flatMap((reading) => reading.findings),
  };
}

async function contentOf(directory: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
