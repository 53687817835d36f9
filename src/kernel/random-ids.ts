import { randomUUID } from 'node:crypto';
import type { IdGenerator } from './ids.ts';

/** Ids nobody can guess. Composition roots only. */
export const randomIds: IdGenerator = { next: (prefix) => `${prefix}-${randomUUID()}` };
