export { takeSnapshot, unpricedSymbols } from './snapshot.ts';
