/**
 * The package as a quant's project gets it: packed by npm, unpacked into a project of its own outside the
 * checkout, its types checked by that project's compiler and its JavaScript run there. The consumers are the
 * examples of this repository, with their imports pointed at the package.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const binFolder = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${binFolder}${delimiter}${process.env['PATH'] ?? ''}` };
const LIBRARY_IMPORT = /'\.\.\/src\/([a-z-]+)\/index\.ts'/g;
/** Folders that the package offers under another name. */
const SUBPATHS: Readonly<Record<string, string>> = { 'optimizer-runtime': 'optimizer/batch' };

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

const project = mkdtempSync(join(tmpdir(), 'evenkeel-consumer-'));
try {
  unpackInto(project);
  const consumers = writeConsumers(project);
  if (consumers.length === 0) throw new Error('no example uses the library alone');
  run(join(binFolder, 'tsc'), ['-p', 'tsconfig.json'], project);
  for (const name of consumers) {
    const printed = run(process.execPath, [name.replace(/\.ts$/, '.js')], project);
    if (printed.trim() === '') throw new Error(`${name} printed nothing`);
    process.stdout.write(`${name}: type-checked and run from the package\n`);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

function unpackInto(folder: string): void {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack made no archive');
  run('tar', ['-xzf', archive], folder);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(folder, 'package'), join(modules, 'evenkeel'), 'dir');
  // The unpacked package finds what it depends on where npm would have put it: beside it.
  symlinkSync(modules, join(folder, 'package', 'node_modules'), 'dir');
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const link = join(modules, name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'dir');
  }
}

/** @returns names of the examples that need nothing but what the package exports */
function writeConsumers(folder: string): string[] {
  const compilerOptions = {
    strict: true,
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: false,
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  );
  const names: string[] = [];
  for (const name of readdirSync(join(root, 'examples')).sort()) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(root, 'examples', name), 'utf8');
    const consumer = source.replaceAll(LIBRARY_IMPORT, (whole, folder: string) => {
      const subpath = SUBPATHS[folder] ?? folder;
      return `./${subpath}` in manifest.exports ? `'evenkeel/${subpath}'` : whole;
    });
    if (!consumer.includes("'evenkeel/") || /'\.\.?\/|import\.meta/.test(consumer)) continue;
    writeFileSync(join(folder, name), consumer);
    names.push(name);
  }
  return names;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, env, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}\n${stdout}${stderr}`);
}
