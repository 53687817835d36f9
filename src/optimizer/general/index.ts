export * from './solve-general.ts';
export { sparseFromDense, sparseFromTriplets, sparseZero, transpose } from './sparse-matrix.ts';
