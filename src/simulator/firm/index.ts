export { generateFirm } from './firm.ts';
export type { FirmOptions } from './firm.ts';
export { DEFAULT_AS_OF_DATE } from './generator-config.ts';
