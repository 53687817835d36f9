/** Small firms for tests, written as the tables a user would write and read by the real reader. */
import { readFirmDirectory, type FirmDirectoryReading } from '../../src/connectors/index.ts';
import type { FirmBook, Snapshot } from '../../src/domain/index.ts';
import { parseCalendarDate } from '../../src/kernel/index.ts';
import { takeSnapshot } from '../../src/vault/index.ts';

export const AS_OF = parseCalendarDate('2026-06-30');

/** Rows of `|`-separated cells (blanks trimmed), the first being the header. */
export function table(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => cell.trim())
        .join(','),
    )
    .join('\n');
}

export const FIRM_FILES: Readonly<Record<string, string>> = {
  'households.csv': table(`
    | householdId | federalShortTermRate | federalLongTermRate | stateRate |
    | H1          | 0.37                 | 0.20                | 0.05      |`),
  'accounts.csv': table(`
    | accountId | householdId | taxStatus | modelId |
    | A1        | H1          | taxable   | M       |`),
  'securities.csv': table(`
    | symbol | assetClass  | sector     | issuer | fractional |
    | AAA    | equity      | Technology | Alpha  | false      |
    | BBB    | equity      | Energy     | Beta   | false      |
    | CCC    | equity      | Technology | Gamma  | false      |
    | DDD    | fixedIncome |            | Delta  | true       |`),
  'prices.csv': table(`
    | symbol | date       | close | volume  |
    | AAA    | 2026-06-30 | 100   | 1000000 |
    | BBB    | 2026-06-30 | 50    | 1000000 |
    | CCC    | 2026-06-30 | 25    | 1000000 |
    | DDD    | 2026-06-30 | 10    | 1000000 |`),
  'models.csv': table(`
    | modelId | component | weight |
    | M       | AAA       | 0.5    |
    | M       | BBB       | 0.5    |`),
  'tax-lots.csv': table(`
    | accountId | symbol | quantity | costBasis | acquiredDate | lotId |
    | A1        | AAA    | 100      | 8000      | 2020-01-02   | a1    |`),
  'cash.csv': table(`
    | accountId | amount |
    | A1        | 0      |`),
};

/** Reads the default tables with some replaced; returns findings too. */
export function readFirm(tables: Readonly<Record<string, string>> = {}): FirmDirectoryReading {
  return readFirmDirectory(new Map(Object.entries({ ...FIRM_FILES, ...tables })));
}

/** The default firm with some tables replaced. @throws if a table has an error: a mistake in the test */
export function firmBook(tables: Readonly<Record<string, string>> = {}): FirmBook {
  const { book, findings } = readFirm(tables);
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors, null, 1));
  return book;
}

export function firmSnapshot(tables: Readonly<Record<string, string>> = {}): Snapshot {
  return takeSnapshot(firmBook(tables), AS_OF);
}
