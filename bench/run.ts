/**
 * `npm run bench`: every benchmark of this folder, or those named; figures as tables and as JSON, each with the
 * machine it was measured on. `bench/report.ts` makes the document of the optimizer's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountEngine } from './account-engine.ts';
import { accountGrowth } from './account-growth.ts';
import { accountPeers } from './account-peers.ts';
import { accuracy } from './accuracy.ts';
import { batch } from './batch.ts';
import { generalQp } from './general-qp.ts';
import { integers } from './integers.ts';
import { optimizerPeers } from './optimizer-peers.ts';
import { RESULT_FOLDER, SMOKE_FOLDER, thisMachine } from './result-files.ts';
import { throughput } from './throughput.ts';
import { wholeLoop } from './whole-loop.ts';

/** `smoke` is for CI: that it runs and how it grows, not how fast the machine is. */
const BENCHES: Readonly<Record<string, (scale: 'smoke' | 'full') => Promise<object>>> = {
  'account-engine': accountEngine,
  'account-growth': accountGrowth,
  'account-peers': accountPeers,
  accuracy,
  batch,
  'general-qp': generalQp,
  integers,
  'optimizer-peers': optimizerPeers,
  throughput,
  'whole-loop': wholeLoop,
};

const args = process.argv.slice(2);
const isSmoke = args.includes('--smoke');
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = named.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`,
  );
  process.exit(2);
}
const results = isSmoke ? SMOKE_FOLDER : RESULT_FOLDER;
mkdirSync(results, { recursive: true });
for (const [name, bench] of Object.entries(BENCHES)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const started = performance.now();
  const before = thisMachine();
  const figures = await bench(isSmoke ? 'smoke' : 'full');
  const machine = { ...before, tookSeconds: (performance.now() - started) / 1000 };
  const result = { machine, ...figures };
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
