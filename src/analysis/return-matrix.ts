import type { CalendarDate } from '../kernel/index.ts';
import type { InstrumentSymbol, PriceBar } from '../domain/index.ts';

/** Share of the window's returns that a name needs to be estimated by itself. */
export const HISTORY_SHARE_MIN = 0.5;
/** And at least this many, whatever the window. */
export const HISTORY_COUNT_MIN = 20;

/** Demeaned simple returns of the names with enough history. */
export interface ReturnMatrix {
  /** In the order given. */
  readonly symbols: readonly InstrumentSymbol[];
  readonly returnCount: number;
  /**
   * One series of T entries per symbol: return minus its mean, zero where a price is missing, scaled so
   * that its sum of squares over T - 1 is the sample variance of the returns there are.
   */
  readonly series: readonly Float64Array[];
  /** Names left out, with the number of returns they have. */
  readonly short: readonly { readonly symbol: InstrumentSymbol; readonly returnCount: number }[];
}

export interface ReturnMatrixInput {
  readonly symbols: readonly InstrumentSymbol[];
  readonly priceHistory: ReadonlyMap<InstrumentSymbol, readonly PriceBar[]>;
  readonly asOfDate: CalendarDate;
  readonly returnDays: number;
}

/**
 * Daily simple returns between consecutive dates of the common calendar: the dates up to `asOfDate` on
 * which any name has a bar, the last `returnDays` + 1 of them. A return needs both of its prices.
 */
export function buildReturnMatrix(input: ReturnMatrixInput): ReturnMatrix {
  const dates = windowDates(input);
  const position = new Map(dates.map((date, t) => [date, t]));
  const returnCount = Math.max(0, dates.length - 1);
  const needed = Math.max(HISTORY_COUNT_MIN, HISTORY_SHARE_MIN * returnCount);
  const symbols: InstrumentSymbol[] = [];
  const series: Float64Array[] = [];
  const short: { symbol: InstrumentSymbol; returnCount: number }[] = [];
  for (const symbol of input.symbols) {
    const bars = (input.priceHistory.get(symbol) ?? []).filter((bar) => position.has(bar.date));
    const returns = returnsOf(bars, position, returnCount);
    const count = returns.reduce((total, value) => (Number.isNaN(value) ? total : total + 1), 0);
    if (count < needed) {
      short.push({ symbol, returnCount: count });
      continue;
    }
    symbols.push(symbol);
    series.push(demean(returns, count));
  }
  return { symbols, returnCount, series, short };
}

function windowDates(input: ReturnMatrixInput): CalendarDate[] {
  const dates = new Set<CalendarDate>();
  const seen = input.returnDays + 1;
  for (const symbol of input.symbols) {
    const bars = input.priceHistory.get(symbol) ?? [];
    // Only a name's own last bars can be among the last dates of all.
    let taken = 0;
    for (let i = bars.length - 1; i >= 0 && taken < seen; i -= 1) {
      const date = (bars[i] as PriceBar).date;
      if (date > input.asOfDate) continue;
      dates.add(date);
      taken += 1;
    }
  }
  return [...dates].sort().slice(-seen);
}

/** NaN marks a return without both prices. */
function returnsOf(
  bars: readonly PriceBar[],
  position: ReadonlyMap<CalendarDate, number>,
  returnCount: number,
): Float64Array {
  const prices = new Float64Array(returnCount + 1).fill(NaN);
  // One series throughout: a step from close to adjusted close would look like a return.
  const isAdjusted = bars.every((bar) => bar.adjustedClose !== null);
  for (const bar of bars) {
    const price = isAdjusted ? bar.adjustedClose : bar.close;
    const value = price?.toFloat() ?? NaN;
    if (value > 0) prices[position.get(bar.date) as number] = value;
  }
  return Float64Array.from(
    { length: returnCount },
    (_, t) => (prices[t + 1] as number) / (prices[t] as number) - 1,
  );
}

function demean(returns: Float64Array, count: number): Float64Array {
  let total = 0;
  for (const value of returns) if (!Number.isNaN(value)) total += value;
  const mean = total / count;
  const stretch = Math.sqrt((returns.length - 1) / (count - 1));
  return returns.map((value) => (Number.isNaN(value) ? 0 : (value - mean) * stretch));
}
