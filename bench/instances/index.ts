/**
 * Instances on which engines are compared: seeded, so that anybody can make the same ones. A set is named
 * by its kind and size, for example `plain-n500-k5`, `ria-n500-k65-l1`, `ria-n3000-k65-tax-sec`.
 */
import type { InstanceSet } from './instance-set.ts';
import { plainSet } from './plain.ts';
import { riaSet } from './ria.ts';

export type { InstanceSet } from './instance-set.ts';

/** Published: figures in this repository are of this seed. */
export const INSTANCE_SEED = 20261;

/** The sets of the table of figures, in its order. */
export const INSTANCE_NAMES = [
  'plain-n100-k1',
  'plain-n500-k5',
  'plain-n1000-k10',
  'plain-n3000-k30',
  'plain-n500-k65',
  'plain-n3000-k65',
  'ria-n100-k20-l1',
  'ria-n500-k65-l1',
  'ria-n500-k65-tax-sec',
  'ria-n1000-k65-l1',
  'ria-n1000-k65-tax-sec',
  'ria-n3000-k65-l1',
  'ria-n3000-k65-tax-sec',
  'ria-n500-k130-l1',
  'ria-n500-k130-tax-sec',
] as const;

/** @throws Error when the name is not `plain-n<N>-k<K>`, `ria-n<N>-k<K>-` and `l1`, `tax-sec` or `lots<L>-rows<R>` */
export function instanceSet(name: string, seed: number = INSTANCE_SEED): InstanceSet {
  const found = /^(plain|ria)-n(\d+)-k(\d+)(?:-(l1|tax-sec|lots(\d+)-rows(\d+)))?$/.exec(name);
  const [, family, names, factors, kind, lots, rows] = found ?? [];
  const size = { assetCount: Number(names), factorCount: Number(factors), seed };
  if (family === 'plain' && kind === undefined) return plainSet(name, size);
  if (family === 'ria' && (kind === 'l1' || kind === 'tax-sec'))
    return riaSet(name, { ...size, kind });
  if (family === 'ria' && lots !== undefined) {
    const exactly = { lots: Number(lots), rows: Number(rows) };
    return riaSet(name, { ...size, kind: 'tax-sec', exactly });
  }
  throw new Error(`no such instance set: ${name}`);
}
