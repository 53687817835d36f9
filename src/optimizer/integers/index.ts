export { discreteAllocation } from './discrete-allocation.ts';
export type { DiscreteAllocation, DiscreteAllocationOptions } from './discrete-allocation.ts';
export { optimizeWithMinimumTrade } from './minimum-trade.ts';
export type { MinimumTradeOptions, MinimumTradeResult } from './minimum-trade.ts';
export { hasIntegers, solveIntegers } from './solve-integers.ts';
