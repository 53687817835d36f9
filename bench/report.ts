/**
 * `node bench/report.ts` writes docs/benchmarks/optimizer.md and its plot from the JSON results of `npm run bench`, so that
 * no figure is typed by hand. `--smoke` reads the results of smoke runs and writes beside them instead.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountEngineFigures } from './account-engine.ts';
import type { AccountPeerSummary } from './account-peers.ts';
import type { AccuracySummary } from './accuracy.ts';
import type { BatchSummary } from './batch-figures.ts';
import type { GeneralQpSummary } from './general-qp.ts';
import type { GrowthSummary } from './growth-figures.ts';
import { growthPlot } from './growth-plot.ts';
import type { IntegerFigures } from './integers.ts';
import { markdownTable, rounded } from './markdown.ts';
import { accuracySection, engineSection, growthSection, peersSection } from './report-account.ts';
import { generalSection, integersSection } from './report-general.ts';
import { batchSection, throughputSection } from './report-throughput.ts';
import { DOCUMENT_FOLDER, RESULT_FOLDER, SMOKE_FOLDER, type Machine } from './result-files.ts';
import type { ThroughputSummary } from './throughput.ts';

interface Results {
  readonly accuracy: AccuracySummary;
  readonly 'account-engine': {
    readonly seed: number;
    readonly instances: readonly AccountEngineFigures[];
  };
  readonly 'account-peers': AccountPeerSummary;
  readonly throughput: ThroughputSummary;
  readonly batch: BatchSummary;
  readonly 'account-growth': GrowthSummary;
  readonly 'general-qp': GeneralQpSummary;
  readonly integers: IntegerFigures;
}
type Name = keyof Results;

/** In the order of the document, which is the order in which to run them. */
const SECTIONS: { readonly [N in Name]: readonly [string, (figures: Results[N]) => string] } = {
  accuracy: ['Accuracy', accuracySection],
  'account-engine': ['One account: the engine', engineSection],
  'account-peers': [
    'One account beside peers',
    (figures) => peersSection(figures, versionsOf(figures.versions, ['highs', 'scs-solver'])),
  ],
  throughput: ['Throughput of the solver', throughputSection],
  batch: ['Throughput from a file', batchSection],
  'account-growth': ['Growth', growthSection],
  'general-qp': [
    'General quadratic programs',
    (figures) => {
      // quadprog comes with the Python of the others, but takes part in the dense comparison only.
      const { quadprog: _, ...native } = figures.peers;
      return generalSection(figures, versionsOf(native, ['highs']));
    },
  ],
  integers: ['Integers', integersSection],
};
const NAMES = Object.keys(SECTIONS) as Name[];

const isSmoke = process.argv.includes('--smoke');
const from = isSmoke ? SMOKE_FOLDER : RESULT_FOLDER;
const to = isSmoke ? SMOKE_FOLDER : DOCUMENT_FOLDER;

function resultOf<N extends Name>(name: N): (Results[N] & { readonly machine: Machine }) | null {
  const path = join(from, `${name}.json`);
  if (!existsSync(path)) return null;
  const result = JSON.parse(readFileSync(path, 'utf8')) as Results[N] & { machine?: Machine };
  // Results from before the machine was recorded cannot be told from those of another one.
  return result.machine === undefined ? null : { ...result, machine: result.machine };
}

function sectionOf<N extends Name>(name: N): string {
  const [title, write] = SECTIONS[name];
  const result = resultOf(name);
  const text =
    result === null ? `Not measured yet: \`npm run bench -- ${name}\`.\n` : write(result);
  return `## ${title}\n\n${text}`;
}

/** Native ones as their Python packages say, the others as installed here. */
function versionsOf(
  native: Readonly<Record<string, string>>,
  packageNames: readonly string[],
): string {
  const { devDependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
  ) as { readonly devDependencies: Readonly<Record<string, string>> };
  const packages = packageNames.map(
    (name) => `${name} ${String(devDependencies[name])} (WebAssembly)`,
  );
  const python = Object.entries(native).map(([name, version]) => `${name} ${version} (native)`);
  return `Versions: ${[...python, ...packages].join(', ')}.`;
}

/** One sentence where everything ran on one machine, so that the table says only what differs. */
function machines(): string {
  const all = NAMES.flatMap((name) => {
    const machine = resultOf(name)?.machine;
    return machine === undefined ? [] : [{ name, ...machine }];
  });
  const nameOf = ({ cores, processor, node }: Machine): string =>
    `${String(cores)} cores (${processor}), Node ${node}`;
  const names = new Set(all.map(nameOf));
  const isOne = names.size === 1;
  const table = markdownTable(
    [...(isOne ? [] : ['machine']), 'bench', 'busy before', 'took s'],
    all.map((one) => [
      ...(isOne ? [] : [nameOf(one)]),
      one.name,
      one.loadBefore.toFixed(1),
      rounded(one.tookSeconds),
    ]),
    isOne ? 1 : 2,
  );
  return `${isOne ? `Figures are of ${[...names].join('')}. ` : ''}*Busy before* is the mean number of busy processes in the minute before
a bench began, the benches before it among them.

${table}`;
}

const page = `<!-- Generated by bench/report.ts; do not edit. -->

# The optimizer, measured

Accuracy, time, memory and growth of \`evenkeel/optimizer\`, with what other solvers do on the same problems on the same machine, also
where they are better. What each bench does in detail is in [bench/README.md](../../bench/README.md); how the optimizer works in
[concepts](../concepts/optimizer.md).

## How to run

\`\`\`
npm run bench -- ${NAMES.join(' ')}
node bench/report.ts
\`\`\`

On a machine with two cores and nothing else to do: times of a busy machine say little. \`batch\` needs 3 GB for temporary
files. Native peers need \`EVENKEEL_PEERS_PYTHON\`, a Python with numpy, scipy, piqp, clarabel, osqp and quadprog. Instances are
seeded, so that anybody gets the same ones.

${machines()}
${NAMES.map(sectionOf).join('\n')}`;

mkdirSync(to, { recursive: true });
writeFileSync(join(to, 'optimizer.md'), `${page.trimEnd()}\n`);
const growth = resultOf('account-growth');
if (growth !== null) writeFileSync(join(to, 'account-growth.svg'), growthPlot(growth));
const missing = NAMES.filter((name) => resultOf(name) === null);
process.stdout.write(`${join(to, 'optimizer.md')}\n`);
if (missing.length > 0) process.stdout.write(`without figures: ${missing.join(', ')}\n`);
