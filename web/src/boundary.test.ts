import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = import.meta.dirname;
const IMPORT = /(import(?: type)?)\s[^;]*?from\s+'([^']+)'/g;

/** Every import of our server tree in the client, with the words it begins with. */
function serverImports(): { file: string; words: string; from: string }[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  return files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)]
      .map((match) => ({ file, words: match[1] ?? '', from: match[2] ?? '' }))
      .filter(({ from }) => /^(\.\.\/)+src\//.test(from)),
  );
}

describe('the boundary of the web client', () => {
  it('takes types of the contract from the server, and nothing else', () => {
    const found = serverImports();
    // The scan sees the code: a pattern that matches nothing would pass, too.
    expect(found.length).toBeGreaterThan(20);
    expect(
      found.filter(
        ({ words, from }) =>
          words !== 'import type' || !from.endsWith('/src/api/contract/index.ts'),
      ),
    ).toEqual([]);
  });

  it('never imports the commercial grid', () => {
    const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'),
    );
    expect(
      files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('ag-grid-enterprise')),
    ).toEqual([]);
  });
});
