import type { CatalogEntry } from './entry.ts';

export const complianceCodes = {} as const satisfies Record<string, CatalogEntry>;
