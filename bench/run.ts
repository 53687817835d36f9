/** `npm run bench`: every benchmark of this folder, or those named; figures as tables and as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountEngine } from './account-engine.ts';
import { accountPeers } from './account-peers.ts';
import { accuracy } from './accuracy.ts';
import { generalQp } from './general-qp.ts';
import { integers } from './integers.ts';
import { optimizerPeers } from './optimizer-peers.ts';
import { wholeLoop } from './whole-loop.ts';

/** `smoke` is for CI: that it runs and how it grows, not how fast the machine is. */
const BENCHES: Readonly<Record<string, (scale: 'smoke' | 'full') => Promise<unknown>>> = {
  'account-engine': accountEngine,
  'account-peers': accountPeers,
  accuracy,
  'general-qp': generalQp,
  integers,
  'optimizer-peers': optimizerPeers,
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
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
for (const [name, bench] of Object.entries(BENCHES)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const figures = await bench(isSmoke ? 'smoke' : 'full');
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}
