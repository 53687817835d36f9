/** Synthetic securities and their prices: a market factor, a factor per sector, and what is the name's own. */
import { addDays, Decimal, Rng, weekday } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import type { Instrument, InstrumentSymbol, PriceBar } from '../../domain/index.ts';
import {
  BOND_FUNDS,
  INTERNATIONAL_FUNDS,
  MONEY_FUND,
  NAME_ENDS,
  NAME_STARTS,
  PRICE_DAYS,
  SECTORS,
  STOCKS_PER_SECTOR,
  SUBSTITUTE_FUNDS,
} from './generator-config.ts';
import type { FundShape, SectorShape } from './generator-config.ts';

/** A security with the closes that the rest of the generator buys at. */
export interface SimulatedSecurity {
  readonly instrument: Instrument;
  /** PRICE_DAYS bars, one per day of `Market.dates`. */
  readonly bars: readonly PriceBar[];
}

export interface Market {
  /** Weekdays, ascending; the last is the as-of date. */
  readonly dates: readonly CalendarDate[];
  readonly stocks: readonly SimulatedSecurity[];
  readonly securities: ReadonlyMap<InstrumentSymbol, SimulatedSecurity>;
}

interface ReturnShape {
  readonly beta: number;
  readonly specific: number;
  /** Which sector's factor it follows; null = none. */
  readonly sectorIndex: number | null;
}

const ONE_SHARE = Decimal.fromInteger<'Quantity'>(1);

/** @param asOfDate a weekday; the last date with prices */
export function generateMarket(seed: string, asOfDate: CalendarDate): Market {
  const dates = weekdaysUpTo(asOfDate, PRICE_DAYS);
  const factors = factorReturns(seed);
  const stocks = SECTORS.flatMap((sector, sectorIndex) =>
    Array.from({ length: STOCKS_PER_SECTOR }, (_, index): SimulatedSecurity => {
      const instrument = stockOf(seed, sector, index);
      const rng = Rng.stream(seed, `price/${instrument.symbol}`);
      const shape = {
        beta: sector.beta + 0.2 * rng.normal(),
        specific: rng.between(0.007, 0.016),
        sectorIndex,
      };
      return {
        instrument,
        bars: barsOf(rng, { dates, factors, shape, firstClose: rng.between(15, 280) }),
      };
    }),
  );
  const funds = [...BOND_FUNDS, ...INTERNATIONAL_FUNDS, ...SUBSTITUTE_FUNDS, MONEY_FUND].map(
    (fund): SimulatedSecurity => {
      const rng = Rng.stream(seed, `price/${fund.symbol}`);
      const shape = { beta: fund.beta, specific: fund.specific, sectorIndex: null };
      const firstClose = fund === MONEY_FUND ? 1 : rng.between(40, 120);
      return { instrument: fundOf(fund), bars: barsOf(rng, { dates, factors, shape, firstClose }) };
    },
  );
  const all = [...stocks, ...funds];
  return { dates, stocks, securities: new Map(all.map((one) => [one.instrument.symbol, one])) };
}

function weekdaysUpTo(last: CalendarDate, count: number): CalendarDate[] {
  const dates: CalendarDate[] = [];
  // Counted by number of the weekday, which costs one calendar look-up instead of hundreds.
  let day = weekday(last);
  for (let date = last; dates.length < count; date = addDays(date, -1)) {
    if (day <= 5) dates.push(date);
    day = day === 1 ? 7 : day - 1;
  }
  return dates.reverse();
}

interface Factors {
  readonly market: readonly number[];
  readonly sectors: readonly (readonly number[])[];
}

function factorReturns(seed: string): Factors {
  const series = (name: string, mean: number, deviation: number): number[] => {
    const rng = Rng.stream(seed, `factor/${name}`);
    return Array.from({ length: PRICE_DAYS }, () => mean + deviation * rng.normal());
  };
  return {
    market: series('market', 0.00035, 0.0085),
    sectors: SECTORS.map(({ code }) => series(code, 0, 0.005)),
  };
}

function barsOf(
  rng: Rng,
  of: {
    readonly dates: readonly CalendarDate[];
    readonly factors: Factors;
    readonly shape: ReturnShape;
    readonly firstClose: number;
  },
): PriceBar[] {
  const { beta, specific, sectorIndex } = of.shape;
  const isStill = beta === 0 && specific === 0;
  const sectorReturns = sectorIndex === null ? [] : (of.factors.sectors[sectorIndex] ?? []);
  const typicalVolume = rng.between(300_000, 6_000_000);
  let close = of.firstClose;
  return of.dates.map((date, day) => {
    const common = beta * (of.factors.market[day] ?? 0) + (sectorReturns[day] ?? 0);
    // The floor keeps a long unlucky path from reaching a price of zero.
    if (!isStill && day > 0)
      close = Math.max(1, close * Math.exp(common + specific * rng.normal()));
    return {
      date,
      close: Decimal.fromFloat<'Price'>(close, { scale: 2, mode: 'halfEven' }),
      volume: Decimal.fromInteger<'Quantity'>(
        Math.round(typicalVolume * Math.exp(0.3 * rng.normal())),
      ),
      adjustedClose: null,
    };
  });
}

function stockOf(seed: string, sector: SectorShape, index: number): Instrument {
  // Two share classes of one issuer in every sector, so that limits by issuer have something to add up.
  const isSecondClass = index === STOCKS_PER_SECTOR - 1;
  const issuer = issuerName(seed, sector, isSecondClass ? 0 : index);
  return {
    symbol: `${sector.code}${String(index + 1).padStart(2, '0')}` as InstrumentSymbol,
    name: isSecondClass ? `${issuer} Class B` : issuer,
    assetClass: 'equity',
    sector: sector.name,
    industry: sector.industries[index % 3] ?? null,
    country: 'US',
    issuer,
    currency: 'USD',
    lotSize: ONE_SHARE,
    isFractional: false,
    figi: null,
    isin: null,
  };
}

function issuerName(seed: string, sector: SectorShape, index: number): string {
  const rng = Rng.stream(seed, `issuer/${sector.code}/${String(index)}`);
  const word = rng.pick(NAME_STARTS) + rng.pick(NAME_ENDS);
  // The symbol's own number keeps two issuers of one name apart.
  return `${word} ${sector.industries[index % 3] ?? ''} ${sector.code}${String(index + 1)}`;
}

function fundOf(fund: FundShape): Instrument {
  return {
    symbol: fund.symbol as InstrumentSymbol,
    name: fund.name,
    assetClass: fund.assetClass,
    sector: null,
    industry: null,
    country: fund.country,
    issuer: fund.name,
    currency: 'USD',
    lotSize: ONE_SHARE,
    isFractional: fund.assetClass === 'cash',
    figi: null,
    isin: null,
  };
}
