import type { CatalogEntry } from './entry.ts';

export const connectorCodes = {} as const satisfies Record<string, CatalogEntry>;
