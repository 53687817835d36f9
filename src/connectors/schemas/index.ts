export { SCHEMA_NAMES, schemaNamed } from './format-schemas.ts';
