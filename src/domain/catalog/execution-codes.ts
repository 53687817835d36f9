import type { CatalogEntry } from './entry.ts';

export const executionCodes = {} as const satisfies Record<string, CatalogEntry>;
