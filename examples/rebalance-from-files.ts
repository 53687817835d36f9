/**
 * The main job as a pipeline of plain functions: files -> book -> snapshot -> proposal -> compliance.
 *
 * A small synthetic firm is written as a firm directory, which is what `evenkeel rebalance DIR` reads, and
 * read back as anybody's files would be. Nothing is traded: a proposal is data, with its reasons.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFirmDirectory, writeFirmDirectory } from '../src/connectors/index.ts';
import { evaluateCompliance, shippedRules } from '../src/compliance/index.ts';
import type { Trigger } from '../src/domain/index.ts';
import { explainOrder } from '../src/orders/index.ts';
import { DEFAULT_AS_OF_DATE, generateFirm } from '../src/simulator/firm/index.ts';
import { takeSnapshot } from '../src/vault/index.ts';
import { proposeRebalance } from '../src/workflow/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-example-'));
try {
  for (const [name, text] of writeFirmDirectory(generateFirm({ seed: 'example', households: 3 }))) {
    writeFileSync(join(directory, name), text);
  }

  // 1. Read. Faults are findings with file, row and remedy; a bad row never stops the others.
  const files = readdirSync(directory).map(
    (name) => [name, readFileSync(join(directory, name))] as const,
  );
  const { book, findings } = readFirmDirectory(new Map(files));
  console.log(`${String(book.accounts.size)} accounts, ${String(findings.length)} findings`);

  // 2. The firm as it was on a date: the only input of what follows, named by its content.
  const asOfDate = DEFAULT_AS_OF_DATE;
  const snapshot = takeSnapshot(book, asOfDate);
  console.log(`snapshot ${snapshot.snapshotHash.slice(0, 16)}… of ${asOfDate}`);

  // 3. Propose for every account. The same snapshot and request give the same bytes.
  const reason: Trigger = { kind: 'manual', reason: 'example' };
  const accounts = new Map([...snapshot.accounts.keys()].map((id) => [id, [reason]]));
  const request = { rebalanceKind: 'full', asOfDate, reason: 'example', accounts } as const;
  const run = await proposeRebalance({ snapshot, request });
  for (const { accountId, status, driftBefore, driftAfter, orders } of run.accounts) {
    const percent = (drift: typeof driftBefore): string =>
      drift === null ? '-' : `${(100 * drift.activeShare.toFloat()).toFixed(2)} %`;
    const drift = `drift ${percent(driftBefore)} -> ${percent(driftAfter)}`;
    console.log(`${accountId}: ${status}, ${String(orders.length)} orders, ${drift}`);
  }

  // 4. Check, and say why: the largest orders with their reasons in words.
  const orders = run.accounts.flatMap((account) => account.orders);
  const rules = shippedRules(snapshot.settings);
  const report = evaluateCompliance({ run, snapshot, orders, rules, asOfDate });
  console.log(`compliance: ${JSON.stringify(report.counts)}`);
  const largest = [...orders].sort((a, b) => b.estimatedAmount.compare(a.estimatedAmount));
  for (const order of largest.slice(0, 3)) {
    const { accountId, side, quantity, symbol } = order;
    console.log(`\n${accountId} ${side} ${quantity.toString()} ${symbol}`);
    console.log(explainOrder(order));
  }
} finally {
  rmSync(directory, { recursive: true });
}
