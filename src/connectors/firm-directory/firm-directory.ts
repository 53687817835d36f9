/** A firm directory as bytes, and as the book it describes (FORMATS section 1). */
import { DEFAULT_SETTINGS, errorFinding, warningFinding } from '../../domain/index.ts';
import type { AccountId, Finding, FirmBook } from '../../domain/index.ts';
import { FILE_BYTES_MAX } from '../text-decoding.ts';
import { readCashFlows, readTransactions } from './activity-tables.ts';
import { SETTINGS_FILE, TABLES } from './columns.ts';
import { readTaxLots } from './lot-table.ts';
import { readAccounts, readCash, readHouseholds, readSecurities } from './master-tables.ts';
import { readModels } from './model-table.ts';
import { readPrices, warnOfMissingPrices } from './price-table.ts';
import { newReading, sortedByKey } from './reading.ts';
import type { FirmDirectoryFiles } from './reading.ts';
import { readRestrictions } from './restriction-table.ts';
import { readSettings } from './settings-file.ts';

export interface FirmDirectoryReading {
  readonly book: FirmBook;
  /** All that is wrong, at once: by file in order of reading, then row. */
  readonly findings: readonly Finding[];
}

/** The names that a firm directory may hold. */
export const FIRM_DIRECTORY_FILES: readonly string[] = [
  ...Object.values(TABLES).map(({ file }) => file),
  SETTINGS_FILE,
];

/**
 * Reads a firm directory. Pure: the caller reads the bytes. Records with a fault are left out of the book
 * and reported; `accountsAtFault` says whose holdings are therefore not known in full.
 *
 * @param files content by file name: UTF-8 bytes, or text
 */
export function readFirmDirectory(files: FirmDirectoryFiles): FirmDirectoryReading {
  const reading = newReading(files);
  for (const file of files.keys()) {
    if (FIRM_DIRECTORY_FILES.includes(file)) continue;
    reading.findings.push(warningFinding('FILE_UNKNOWN', `${file} is not read`, { file }));
  }
  const content = files.get(SETTINGS_FILE);
  let settings = DEFAULT_SETTINGS;
  if (content !== undefined && content.length > FILE_BYTES_MAX) {
    const location = { file: SETTINGS_FILE };
    reading.findings.push(
      errorFinding('FILE_TOO_LARGE', `${String(content.length)} bytes`, location),
    );
  } else if (content !== undefined) settings = readSettings(content, reading.findings);
  reading.baseCurrency = settings.baseCurrency;
  readHouseholds(reading);
  readSecurities(reading);
  readModels(reading);
  readAccounts(reading);
  const taxLots = readTaxLots(reading);
  const cash = readCash(reading);
  const prices = readPrices(reading);
  const restrictions = readRestrictions(reading);
  const transactions = readTransactions(reading);
  const cashFlows = readCashFlows(reading);
  warnOfMissingPrices(reading, taxLots, prices);
  const book: FirmBook = {
    households: sortedByKey(reading.households),
    accounts: sortedByKey(reading.accounts),
    taxLots,
    cash: sortedByKey(cash),
    instruments: sortedByKey(reading.instruments),
    prices,
    models: sortedByKey(reading.models),
    restrictions,
    transactions,
    cashFlows,
    settings,
  };
  return { book, findings: reading.findings };
}

/**
 * Accounts whose data is not known in full, so that they take no part in a run. A fault of one account's
 * record holds back that account; a refused household, security or model shows as findings of the accounts
 * that use it; a file that cannot be read, wrong settings, or a refused restriction that may be the
 * firm's, holds back all.
 */
export function accountsAtFault(
  findings: readonly Finding[],
  book: Pick<FirmBook, 'accounts'>,
): Set<AccountId> {
  const atFault = new Set<AccountId>();
  for (const finding of findings) {
    if (finding.severity !== 'error') continue;
    const { accountId } = finding.location;
    if (accountId !== undefined) {
      if (book.accounts.has(accountId as AccountId)) atFault.add(accountId as AccountId);
    } else if (concernsEveryone(finding)) {
      return new Set(book.accounts.keys());
    }
  }
  return atFault;
}

function concernsEveryone(finding: Finding): boolean {
  const { file, row } = finding.location;
  const isOneRecord = row !== undefined && row > 1 && finding.code !== 'CSV_MALFORMED';
  if (file === TABLES.restrictions.file) return finding.code !== 'HOUSEHOLD_UNKNOWN';
  return !isOneRecord;
}
