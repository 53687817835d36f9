import type { CatalogEntry } from './entry.ts';

export const optimizerCodes = {} as const satisfies Record<string, CatalogEntry>;
