// The first step of every npm script that a newcomer runs: installs what is missing, then hands over to the
// pinned runtime. Plain JavaScript on purpose: it runs on whatever Node (>= 20) the machine has, before the
// pinned one exists (docs/decisions/0001).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.evenkeel-installed');

/** The commands behind each script: argument lists for the pinned node. */
const steps = {
  demo: (args) => [['src/main.ts', 'demo', ...args]],
  test: (args) => [['node_modules/vitest/vitest.mjs', 'run', ...args]],
  bench: (args) => [['bench/run.ts', ...args]],
  check: (args) => [['test/check.ts', ...args]],
};

function lockDigest() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).digest('hex');
}

function isInstalled() {
  if (!existsSync(stampFile) || !existsSync(join(root, 'node_modules', '.bin', 'node')))
    return false;
  return readFileSync(stampFile, 'utf8') === lockDigest();
}

function install() {
  console.error('evenkeel: installing dependencies (once; npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) {
    console.error('evenkeel: npm ci failed; correct what it names above and run the command again');
    process.exit(6);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, lockDigest());
}

/** Runs one command on the pinned node; signals of the terminal reach it as members of our group. */
function run(args) {
  const bin = join(root, 'node_modules', '.bin');
  const separator = process.platform === 'win32' ? ';' : ':';
  const env = { ...process.env, PATH: `${bin}${separator}${process.env.PATH ?? ''}` };
  const child = spawn(
    join(bin, 'node'),
    ['--disable-proto=delete', '--disable-warning=ExperimentalWarning', ...args],
    { cwd: root, stdio: 'inherit', env },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`evenkeel: ${error.message}`);
      resolve(6);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

const [name = '', ...args] = process.argv.slice(2);
const plan = steps[name];
if (plan === undefined) {
  console.error(`evenkeel: no such script: ${name}`);
  process.exit(2);
}
if (!isInstalled()) install();
let status = 0;
for (const step of plan(args)) {
  status = await run(step);
  if (status !== 0) break;
}
process.exit(status);
