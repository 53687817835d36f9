import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, projectRoot } from '../support/source-files.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
    }[];
  };
}

/** Runs the real tool with the real rules over a tree that has a `src` folder. */
function cruise(root: string): CruiseResult {
  const tool = join(
    projectRoot,
    'node_modules',
    'dependency-cruiser',
    'bin',
    'dependency-cruiser.mjs',
  );
  const config = join(projectRoot, '.dependency-cruiser.mjs');
  const args = [tool, '--config', config, '--output-type', 'json', 'src'];
  const output = execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // The tool exits with the number of violations when its output is for people; JSON always exits 0.
  });
  return JSON.parse(output) as CruiseResult;
}

describe('dependency rules', () => {
  it('hold, and were checked over every source file', () => {
    const result = cruise(projectRoot);
    const seen = new Set(result.modules.map((module) => module.source));
    const missing = filesBelow('src', ['.ts']).filter(
      (file) => !seen.has(file) && !file.endsWith('.d.ts'),
    );
    expect(missing).toEqual([]);
    expect(result.summary.violations.map((v) => `${v.rule.name}: ${v.from}`)).toEqual([]);
  }, 120_000);

  it('catch an offender of each kind', () => {
    const root = mkdtempSync(join(tmpdir(), 'evenkeel-boundaries-'));
    const put = (path: string, text: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    put('package.json', '{"name":"offender","type":"module"}');
    put(
      'tsconfig.json',
      '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
    );
    put(
      'src/kernel/index.ts',
      "import type { Money } from '../domain/index.ts';\nexport type K = Money;\n",
    );
    put('src/domain/index.ts', 'export type Money = bigint;\n');
    put(
      'src/tax/index.ts',
      "import { x } from '../orders/index.ts';\nimport { readFileSync } from 'node:fs';\nexport const y = [x, readFileSync];\n",
    );
    put('src/orders/index.ts', "export { x } from './x.ts';\n");
    put('src/orders/x.ts', 'export const x = 1;\n');
    put(
      'src/workflow/index.ts',
      "import { x } from '../orders/x.ts';\nimport { api } from '../api/index.ts';\nexport const z = [x, api];\n",
    );
    put('src/api/index.ts', 'export const api = 1;\n');
    put(
      'src/oms/index.ts',
      "import { y } from '../tax/index.ts';\nimport { b } from './b.ts';\nexport const a = [y, b];\n",
    );
    put(
      'src/oms/b.ts',
      "import type { a } from './index.ts';\nexport const b = null as unknown as typeof a;\n",
    );
    const names = new Set(cruise(root).summary.violations.map((violation) => violation.rule.name));
    rmSync(root, { recursive: true });
    expect([...names].sort()).toEqual(
      [
        'edges-are-imported-by-nobody',
        'enter-by-the-index',
        'kernel-imports-nothing-of-ours',
        'no-cycles',
        'oms-may-also-import-fix',
        'pure-stages-use-no-node',
        'stages-never-import-each-other',
      ].sort(),
    );
  }, 60_000);
});
