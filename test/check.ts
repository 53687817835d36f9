/**
 * `npm run check`: what CI runs beside `npm test`, the fast checks first. Every step prints what it did; a
 * step that was skipped says why and never counts as passed.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const root = join(import.meta.dirname, '..');
// The pinned node first: the tools begin with `#!/usr/bin/env node`.
const binFolder = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${binFolder}${delimiter}${process.env['PATH'] ?? ''}` };
const bin = (name: string): string => join(binFolder, name);
const node = (name: string, ...args: string[]): Step => ({
  name,
  command: process.execPath,
  args,
});

const STEPS: readonly Step[] = [
  { name: 'format', command: bin('prettier'), args: ['--check', '--log-level=warn', '.'] },
  {
    name: 'lint',
    command: bin('oxlint'),
    args: ['--type-aware', 'src', 'test', 'bench', 'examples', 'web/src'],
  },
  { name: 'types', command: bin('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'types of the pure folders', command: bin('tsc'), args: ['-p', 'tsconfig.pure.json'] },
  { name: 'types of the web', command: bin('tsc'), args: ['-p', 'web/tsconfig.json'] },
  node('library package', 'test/library-package.ts'),
  {
    name: 'dependency rules',
    command: bin('depcruise'),
    args: ['--config', '.dependency-cruiser.mjs', 'src'],
  },
  { name: 'unused code', command: bin('knip'), args: [] },
  node('generated documents', 'docs/generate.ts', '--check'),
  {
    name: 'API description',
    command: bin('redocly'),
    args: [
      'lint',
      'docs/reference/openapi.json',
      '--skip-rule=no-unused-components',
      '--format=summary',
    ],
  },
  { name: 'web bundle', command: 'npm', args: ['run', '--silent', 'build', '-w', 'web'] },
  { name: 'component tests', command: 'npm', args: ['run', '--silent', 'test', '-w', 'web'] },
  node('store by DATABASE_URL', 'test/on-database-url.ts'),
  node('examples', 'examples/run-all.ts'),
  node('end to end', 'node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.e2e.config.ts'),
  node('smoke benchmark', 'bench/run.ts', '--smoke'),
];

const only = process.argv.slice(2);
const failed: string[] = [];
for (const step of STEPS) {
  if (only.length > 0 && !only.some((name) => step.name.includes(name))) continue;
  const started = performance.now();
  process.stdout.write(`\n── ${step.name}\n`);
  const result = spawnSync(step.command, [...step.args], { cwd: root, env, stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const isOk = result.status === 0;
  if (!isOk) failed.push(step.name);
  process.stdout.write(`${isOk ? 'ok' : 'FAILED'}: ${step.name} (${seconds} s)\n`);
}
process.stdout.write(
  failed.length === 0 ? '\nall checks passed\n' : `\nfailed: ${failed.join(', ')}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
