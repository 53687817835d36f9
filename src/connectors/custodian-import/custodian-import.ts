/**
 * Custodians' files to canonical records, by content and not by name.
 *
 *   I1  Every data row is accepted, rejected or ignored, exactly once, and the receipt says which.
 *   I2  Control totals that a file states are compared with its rows; a difference is an issue.
 *   I3  Numbers pass through exactly as written; nothing is rounded.
 *   I4  Two equal fills are two fills: only a source's own id makes two rows one.
 */
import { decodeText, FILE_BYTES_MAX } from '../text-decoding.ts';
import { readCsvRecords } from '../csv/csv-reader.ts';
import { readIbkrFlex } from './ibkr-flex.ts';
import { ImportCollector } from './imported-records.ts';
import type { ImportedRecords } from './imported-records.ts';
import { readSchwabLots, readSchwabPositions } from './schwab-positions.ts';
import type { NumberedRecord } from './schwab-positions.ts';
import { readSchwabBank, readSchwabTransactions } from './schwab-transactions.ts';

/** Reads one custodian file. Never throws for what the file says: what is wrong is among the issues. */
export function readCustodianFile(file: string, content: string | Uint8Array): ImportedRecords {
  const into = new ImportCollector(file);
  if (content.length > FILE_BYTES_MAX) {
    into.issue('FILE_TOO_LARGE', `${String(content.length)} bytes`);
    return into.records();
  }
  const text = decodeText(content);
  if (text === null) into.issue('TEXT_NOT_UTF8', 'the bytes are not UTF-8');
  else if (/^\s*</.test(text)) return readXml(file, text);
  else readCsv(text, into);
  return into.records();
}

function readXml(file: string, text: string): ImportedRecords {
  const into = new ImportCollector(file);
  if (!/<FlexQueryResponse[\s>]/.test(text) && !/<!DOCTYPE/i.test(text)) {
    into.issue('FILE_FORMAT_UNKNOWN', 'the XML is not a Flex statement');
    return into.records();
  }
  const fault = readIbkrFlex(text, into);
  if (fault === null) return into.records();
  // Half a statement is worse than none: what was read before the fault is dropped.
  const refused = new ImportCollector(file);
  refused.format = 'ibkrFlex';
  refused.issue(fault.kind === 'doctype' ? 'XML_DOCTYPE_REFUSED' : 'XML_MALFORMED', fault.message);
  return refused.records();
}

function readCsv(text: string, into: ImportCollector): void {
  const records: NumberedRecord[] = [];
  const malformed = readCsvRecords(text, (cells, row) => {
    records.push({ row, cells });
  });
  if (malformed !== null) {
    into.issue('CSV_MALFORMED', malformed.message, malformed.row);
    return;
  }
  const title = records[0]?.cells[0] ?? '';
  const header = records.slice(0, 3).find(({ cells }) => cells.length > 3)?.cells ?? [];
  if (title.startsWith('Positions for ')) readSchwabPositions(records, into);
  else if (/ Lot Details for /.test(title)) readSchwabLots(records, into);
  else if (header[0] === 'Date' && header[1] === 'Action' && header.includes('Fees & Comm')) {
    readSchwabTransactions(records, into);
  } else if (header[0] === 'Date' && header.includes('RunningBalance'))
    readSchwabBank(records, into);
  else into.issue('FILE_FORMAT_UNKNOWN', `the first cell is ${JSON.stringify(title.slice(0, 60))}`);
}

/**
 * The records of several files together. A transaction that two files bring under one source id is one;
 * so is a security.
 */
export function mergeImports(parts: readonly ImportedRecords[]): ImportedRecords {
  const once = <Item>(items: readonly Item[], key: (item: Item) => string): Item[] => {
    const byKey = new Map<string, Item>();
    for (const item of items) if (!byKey.has(key(item))) byKey.set(key(item), item);
    return [...byKey.values()];
  };
  return {
    accounts: once(
      parts.flatMap(({ accounts }) => accounts),
      ({ accountId }) => accountId,
    ),
    positions: parts.flatMap(({ positions }) => positions),
    lots: parts.flatMap(({ lots }) => lots),
    cash: parts.flatMap(({ cash }) => cash),
    transactions: once(
      parts.flatMap(({ transactions }) => transactions),
      ({ accountId, transactionId }) => `${accountId} ${transactionId}`,
    ),
    securities: once(
      parts.flatMap(({ securities }) => securities),
      ({ symbol }) => symbol,
    ),
    issues: parts.flatMap(({ issues }) => issues),
    receipts: parts.flatMap(({ receipts }) => receipts),
  };
}
