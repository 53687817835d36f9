export * from './cholesky.ts';
export * from './definiteness.ts';
export * from './matrix.ts';
export * from './nearest.ts';
export * from './symmetric-eigen.ts';
