import type { CatalogEntry } from './entry.ts';

export const storeCodes = {} as const satisfies Record<string, CatalogEntry>;
