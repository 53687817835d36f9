import type { CatalogEntry } from './entry.ts';

export const apiCodes = {} as const satisfies Record<string, CatalogEntry>;
