/**
 * Runs every example of this folder in a process of its own, on the Node that runs this file. An example
 * that fails, says nothing, or does not end within a minute fails the whole.
 *
 *     node examples/run-all.ts            all of them
 *     node examples/run-all.ts fix-session    those whose name holds the text
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const TIMEOUT_MS = 60_000;

const wanted = process.argv[2] ?? '';
const names = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && name !== basename(import.meta.filename))
  .filter((name) => name.includes(wanted))
  .sort();
const failures: string[] = [];
for (const name of names) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, name)],
    { encoding: 'utf8', timeout: TIMEOUT_MS },
  );
  const isFine = status === 0 && stdout.trim() !== '';
  process.stdout.write(`\n== ${name}: ${isFine ? 'ok' : 'FAILED'}\n${stdout}`);
  if (isFine) continue;
  const why = status === 0 ? 'it printed nothing' : (signal ?? `exit code ${String(status)}`);
  process.stderr.write(`${name}: ${why}\n${stderr}`);
  failures.push(name);
}
if (names.length === 0) failures.push(`no example is called ${wanted}`);
process.stdout.write(
  `\n${String(names.length - failures.length)} of ${String(names.length)} fine\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
