/**
 * Real prices, corporate actions, sectors and index holdings, read through shared-data.ts.
 *
 * Conventions of the data sets (their NOTICE files): closes are as traded; `adj_close` corrects for splits
 * and dividends; a share bought before a split's ex-date becomes `ratio` shares on it.
 */
import { Decimal, parseCalendarDate, type CalendarDate } from '../../src/kernel/index.ts';
import { sharedData } from './shared-data.ts';

const prices = sharedData('us-equities-daily-2013-2021');
const actions = sharedData('corporate-actions');
const reference = sharedData('universe-reference');
const holdings = sharedData('etf-holdings');

const missing = [prices, actions, reference, holdings].filter(({ isAvailable }) => !isAvailable);
/** Why a test on real data cannot run; empty when it can. */
export const REAL_DATA_MISSING = missing.map(({ reason }) => reason).join('; ');

/** One line of the price files; decimals stay text, so that nothing passes through a float. */
export interface Bar {
  readonly date: CalendarDate;
  readonly close: string;
  readonly adjustedClose: string;
  readonly volume: string;
}

export interface Split {
  readonly symbol: string;
  readonly exDate: CalendarDate;
  /** New shares for one old share. */
  readonly ratio: Decimal;
}

export interface Dividend {
  readonly symbol: string;
  readonly exDate: CalendarDate;
  /** Cash per share held on the ex-date. */
  readonly amount: Decimal<'Money'>;
}

export interface Classification {
  readonly name: string;
  readonly sector: string;
  readonly industry: string;
  /** SEC registrant number: two share classes of one company have the same. */
  readonly registrant: string;
}

export interface CorporateActions {
  readonly splits: readonly Split[];
  readonly dividends: readonly Dividend[];
  /** Recorded as splits, but no share was split: price factors of spin-offs and exchanges. */
  readonly spinOffs: readonly Split[];
}

/** Bars of every symbol, or of the given ones, in ascending order of date. */
export function readBars(
  years: readonly number[],
  symbols?: ReadonlySet<string>,
): ReadonlyMap<string, readonly Bar[]> {
  const bars = new Map<string, Bar[]>();
  for (const year of [...years].sort((a, b) => a - b)) {
    for (const line of prices
      .text(`${String(year)}.csv.gz`)
      .split('\n')
      .slice(1)) {
      const symbol = line.slice(0, line.indexOf(','));
      if (symbol === '' || symbols?.has(symbol) === false) continue;
      const [, date = '', , , , close = '', adjustedClose = '', volume = ''] = line.split(',');
      const list = bars.get(symbol) ?? [];
      bars.set(symbol, list);
      list.push({
        date: date as CalendarDate,
        close,
        adjustedClose,
        volume: volume.trim(),
      });
    }
  }
  for (const list of bars.values()) list.sort((a, b) => (a.date < b.date ? -1 : 1));
  return bars;
}

export function readCorporateActions(): CorporateActions {
  const splits: Split[] = [];
  const spinOffs: Split[] = [];
  const dividends: Dividend[] = [];
  const seen = new Set<string>();
  for (const line of actions.text('us_dividends_splits_1999_2021.csv').split('\n').slice(1)) {
    const [date = '', symbol = '', type, value = ''] = line.trim().split(',');
    if (symbol === '' || seen.has(line)) continue;
    seen.add(line);
    const exDate = parseCalendarDate(date);
    if (type === 'DIVIDEND') {
      dividends.push({ symbol, exDate, amount: Decimal.parse<'Money'>(value) });
    } else {
      const ratio = splitRatio(Number(value));
      if (ratio === null) spinOffs.push({ symbol, exDate, ratio: Decimal.parse(value) });
      else splits.push({ symbol, exDate, ratio });
    }
  }
  return { splits, dividends, spinOffs };
}

/**
 * The exact ratio that a recorded coefficient stands for: AAPL 2014 is recorded as 7.00000700001. Null for
 * the price factors of spin-offs (RTX 2020: 1.589), on which a holder keeps as many shares as before.
 */
export function splitRatio(coefficient: number): Decimal | null {
  const isClose = (ratio: number): boolean => Math.abs(coefficient / ratio - 1) < 1e-5;
  for (let n = 2; n <= 50; n += 1) {
    if (isClose(n)) return Decimal.fromInteger(n);
    // A reverse split; twelve digits are far below the millionth to which shares are kept.
    if (isClose(1 / n)) return Decimal.fromFloat(1 / n, { scale: 12, mode: 'halfEven' });
  }
  return isClose(1.5) ? Decimal.parse('1.5') : null;
}

/** New shares on `to` for one share bought on `from`: every split with an ex-date in (from, to]. */
export function splitFactor(
  splits: readonly Split[],
  symbol: string,
  period: { readonly from: string; readonly to: string },
): Decimal {
  return splits
    .filter((s) => s.symbol === symbol && s.exDate > period.from && s.exDate <= period.to)
    .reduce((factor, { ratio }) => factor.times(ratio), Decimal.fromInteger(1));
}

/**
 * Dates on which the adjusted series jumps against the closes by more than a dividend could explain and no
 * action is recorded (GOOGL 2014-04-03): a quantity cannot be carried across them.
 */
export function unexplainedJumps(
  bars: readonly Bar[],
  recorded: readonly Split[],
): readonly CalendarDate[] {
  const factors = new Map(recorded.map(({ exDate, ratio }) => [exDate, ratio.toFloat()]));
  return bars.slice(1).flatMap((bar, index) => {
    const before = bars[index];
    if (before === undefined) return [];
    const scaleBefore = Number(before.close) / Number(before.adjustedClose);
    const scale = Number(bar.close) / Number(bar.adjustedClose);
    const unexplained = scaleBefore / scale / (factors.get(bar.date) ?? 1);
    return Math.abs(unexplained - 1) > 0.2 ? [bar.date] : [];
  });
}

/**
 * Tickers of 2020 that the list of 2026 spells otherwise: the same company, renamed. Names that have left
 * the index since have no sector there; they stay out of the model and are counted.
 */
const RENAMED: Readonly<Record<string, string>> = { FB: 'META', ANTM: 'ELV' };

/** Sector and issuer by the ticker of 2020, for each of `symbols` that the reference list knows. */
export function readClassifications(symbols: Iterable<string>): {
  readonly bySymbol: ReadonlyMap<string, Classification>;
  readonly renamed: readonly string[];
  readonly unclassified: readonly string[];
} {
  const listed = new Map<string, Classification>();
  for (const line of reference.text('sp500_constituents_gics.csv').split('\n').slice(1)) {
    const [symbol = '', name = '', sector = '', industry = '', , , cik = ''] = cellsOf(line.trim());
    // Share classes are spelled with a dot, a dash or a blank (BRK.B, BRK-B, BRK B).
    const spelled = symbol.replace(/[- /]/, '.');
    if (spelled !== '') listed.set(spelled, { name, sector, industry, registrant: cik });
  }
  const bySymbol = new Map<string, Classification>();
  const renamed: string[] = [];
  const unclassified: string[] = [];
  for (const symbol of symbols) {
    const direct = listed.get(symbol);
    const found = direct ?? listed.get(RENAMED[symbol] ?? '');
    if (found === undefined) unclassified.push(symbol);
    else bySymbol.set(symbol, found);
    if (direct === undefined && found !== undefined) renamed.push(symbol);
  }
  return { bySymbol, renamed, unclassified };
}

/** Shares of each name that SPY, the fund on the S&P 500, held on 2020-11-27 (the file of 2020-11-30). */
export function readIndexShares(): ReadonlyMap<string, Decimal> {
  const shares = new Map<string, Decimal>();
  for (const line of holdings.text('lean_spy_20201130.csv').split('\n')) {
    const [symbol = '', , , , quantity = ''] = line.trim().split(',');
    if (symbol !== '' && quantity !== '') shares.set(symbol, Decimal.parse(quantity));
  }
  return shares;
}

export const INDEX_SHARES_DATE = '2020-11-27';

/** Cells of one CSV line with quoted cells that hold commas; the reference list has no quoted quotes. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}
