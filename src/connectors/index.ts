export * from './custodian-import/index.ts';
export * from './custodian-statement/index.ts';
export * from './firm-directory/index.ts';
export * from './general-problem/index.ts';
export * from './portfolio-problem/index.ts';
export { FILE_BYTES_MAX } from './text-decoding.ts';
export * from './schemas/index.ts';
