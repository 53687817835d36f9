import type { CatalogEntry } from './entry.ts';

export const orderCodes = {} as const satisfies Record<string, CatalogEntry>;
