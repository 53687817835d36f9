export * from './custodian-statement/index.ts';
export * from './firm-directory/index.ts';
export { FILE_BYTES_MAX } from './text-decoding.ts';
