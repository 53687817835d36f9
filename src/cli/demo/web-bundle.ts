import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the web client when its sources changed since the last build: the one build step there is. */
export function ensureWebBundle(projectRoot: string, note: (text: string) => void): void {
  const stamp = join(projectRoot, 'web', 'dist', '.source-digest');
  const digest = sourceDigest(projectRoot);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  note('building the web client (once)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['run', '--silent', 'build', '-w', 'web'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`the web client could not be built\n${result.stderr}`);
  writeFileSync(stamp, digest);
}

function sourceDigest(projectRoot: string): string {
  const hash = createHash('sha256');
  for (const folder of ['web', 'src/api/contract']) {
    for (const path of filesBelow(join(projectRoot, folder))) {
      hash.update(path).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}
