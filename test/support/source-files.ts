import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname, '..', '..');

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.evenkeel', 'coverage', 'screenshots']);

/** Paths relative to the project root, sorted, of all files below `folder` that end in one of `endings`. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push(relative(projectRoot, path));
      }
    }
  };
  walk(join(projectRoot, folder));
  return found.sort();
}

export function readSource(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}
