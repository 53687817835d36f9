/**
 * The one way by which tests and benchmarks reach real market and custodian data that is not part of the
 * project. EVENKEEL_SHARED_DATA names the folder; without it `../shared/data` beside the checkout is tried.
 * A test that needs it skips with `reason` where it is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const root =
  process.env['EVENKEEL_SHARED_DATA'] ??
  resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data');

export interface SharedData {
  readonly isAvailable: boolean;
  readonly reason: string;
  /** Absolute path of a file below the data folder. */
  path(name: string): string;
  /** The file's text, gunzipped when its name ends in .gz. */
  text(name: string): string;
}

/** @param folder the data set, for example `custodian-files` */
export function sharedData(folder: string): SharedData {
  const base = join(root, folder);
  const isAvailable = existsSync(base);
  return {
    isAvailable,
    reason: isAvailable ? '' : `no shared data set '${folder}' (set EVENKEEL_SHARED_DATA)`,
    path: (name) => join(base, name),
    text: (name) => {
      const bytes = readFileSync(join(base, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    },
  };
}
