/** What `import` prints: the records and a receipt that accounts for every row. */
import type { ImportOutcome } from '../commands/import.ts';
import { findingDocument } from './findings.ts';
import type { DocumentField } from './json-stream.ts';

export function importDocument(outcome: ImportOutcome): DocumentField[] {
  return [
    { name: 'accounts', items: outcome.accounts },
    { name: 'positions', items: outcome.positions },
    { name: 'lots', items: outcome.lots },
    { name: 'cash', items: outcome.cash },
    { name: 'transactions', items: outcome.transactions },
    { name: 'securities', items: outcome.securities },
    { name: 'issues', items: outcome.issues.map(findingDocument) },
    { name: 'receipt', items: outcome.receipts },
    { name: 'setup', items: outcome.setup.map(findingDocument) },
    { name: 'written', items: outcome.written },
  ];
}

/** The receipt for a person: per file what was taken, refused and left alone. */
export function importSummary(outcome: ImportOutcome): string {
  const receipts = outcome.receipts.map(
    (receipt) =>
      `${receipt.file} (${receipt.format}): ${String(receipt.accepted.length)} rows accepted, ${String(receipt.rejected.length)} rejected, ${String(receipt.ignored.length)} ignored`,
  );
  const counts = [
    `${String(outcome.accounts.length)} accounts`,
    `${String(outcome.positions.length)} positions`,
    `${String(outcome.lots.length)} lots`,
    `${String(outcome.transactions.length)} transactions`,
    `${String(outcome.securities.length)} securities`,
  ];
  const written = outcome.written.length === 0 ? [] : [`written: ${outcome.written.join(', ')}`];
  return [...receipts, counts.join(', '), ...written].join('\n');
}
