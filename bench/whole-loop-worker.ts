/** One size of the whole-loop bench, in a process of its own. Prints its figures as JSON. */
import { evaluateCompliance, shippedRules } from '../src/compliance/index.ts';
import { generateFirmCommand } from '../src/cli/commands/generate.ts';
import { loadFirmDirectory } from '../src/cli/firm-directory-files.ts';
import { takeSnapshot } from '../src/vault/index.ts';
import { proposeRebalance } from '../src/workflow/rebalance/index.ts';
import type { CalendarDate } from '../src/kernel/index.ts';

const [mode, directory = '', count = '0'] = process.argv.slice(2);
const accounts = Number(count);
/** Of the generator: an average household has this many accounts. */
const ACCOUNTS_PER_HOUSEHOLD = 2.8;

if (mode === 'generate') {
  const households = Math.ceil(accounts / ACCOUNTS_PER_HOUSEHOLD);
  await generateFirmCommand({ seed: 20261121, households, accounts, out: directory });
} else {
  process.stdout.write(JSON.stringify(await measure()));
}

async function measure(): Promise<unknown> {
  const started = performance.now();
  const { book } = await loadFirmDirectory(directory);
  const read = performance.now();
  const asOfDate = [...book.prices.values()][0]?.at(-1)?.date as CalendarDate;
  const snapshot = takeSnapshot(book, asOfDate);
  const taken = performance.now();
  const trigger = { kind: 'manual', reason: 'bench' } as const;
  const run = await proposeRebalance({
    snapshot,
    request: {
      rebalanceKind: 'full',
      asOfDate,
      reason: 'bench',
      accounts: new Map([...book.accounts.keys()].map((accountId) => [accountId, [trigger]])),
    },
  });
  const proposed = performance.now();
  const peakBefore = process.resourceUsage().maxRSS;
  const orders = run.accounts.flatMap((account) => account.orders);
  evaluateCompliance({
    run,
    snapshot,
    orders,
    rules: shippedRules(snapshot.settings),
    asOfDate,
  });
  const checked = performance.now();
  return {
    accounts: book.accounts.size,
    taxLots: [...book.taxLots.values()].reduce((total, lots) => total + lots.length, 0),
    orders: orders.length,
    seconds: {
      read: (read - started) / 1000,
      snapshot: (taken - read) / 1000,
      propose: (proposed - taken) / 1000,
      compliance: (checked - proposed) / 1000,
    },
    peakMegabytes: peakBefore / 1024,
  };
}
