/**
 * Compiles the AssemblyScript kernels of the optimizer into a TypeScript module, so that they load without a file
 * system. `--check` compares with the module in place and fails on a difference. A test does the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileKernels, moduleText } from '../test/support/kernel-compiler.ts';

const path = join(import.meta.dirname, '..', 'src', 'optimizer', 'kernels', 'wasm-binary.ts');
const text = moduleText(compileKernels());
if (process.argv.includes('--check')) {
  const isSame = readFileSync(path, 'utf8') === text;
  process.stdout.write(
    isSame ? 'kernels: up to date\n' : 'kernels: run node bin/build-kernels.ts\n',
  );
  process.exit(isSame ? 0 : 1);
}
writeFileSync(path, text);
