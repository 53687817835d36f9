import { describe, expect, it } from 'vitest';
import { readSource } from '../support/source-files.ts';

interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      { readonly resolved?: string; readonly integrity?: string; readonly link?: boolean }
    >
  >;
}

describe('platform', () => {
  it('runs on the pinned Node', () => {
    const manifest = JSON.parse(readSource('package.json')) as {
      readonly devDependencies: { readonly node: string };
    };
    expect(process.version).toBe(`v${manifest.devDependencies.node}`);
  });

  it('has a lockfile with integrity and without download addresses', () => {
    const lock = JSON.parse(readSource('package-lock.json')) as Lockfile;
    const entries = Object.entries(lock.packages).filter(
      ([path, entry]) => path.startsWith('node_modules/') && entry.link !== true,
    );
    expect(entries.length).toBeGreaterThan(100);
    expect(
      entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path),
    ).toEqual([]);
    expect(
      entries.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path),
    ).toEqual([]);
  });

  it('pins every version exactly', () => {
    const loose = ['package.json', 'web/package.json'].flatMap((path) => {
      const manifest = JSON.parse(readSource(path)) as Record<
        string,
        Record<string, string> | undefined
      >;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.entries(manifest[kind] ?? {})
          .filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
          .map(([name, version]) => `${path}: ${name}@${version}`),
      );
    });
    expect(loose).toEqual([]);
  });
});
