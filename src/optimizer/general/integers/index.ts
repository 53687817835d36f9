export * from './mixed-integer.ts';
