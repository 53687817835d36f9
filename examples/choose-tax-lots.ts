/**
 * Which lots should a sale of 150 shares take? Every way to choose, and what it costs in tax.
 *
 * Amounts are exact decimals, never floating point: `Decimal.parse` reads text, and every rounding names
 * its mode.
 */
import { Decimal, parseCalendarDate } from '../src/kernel/index.ts';
import {
  identifier,
  LOT_RELIEFS,
  type AccountId,
  type InstrumentSymbol,
  type Money,
  type TaxLot,
  type TaxLotId,
} from '../src/domain/index.ts';
import { realizedGains, selectLots, type LotSale } from '../src/tax/index.ts';

/** A lot of one account, written as `100 for 4200.00 on 2018-03-05`. */
function lot(lotId: string, bought: string): TaxLot {
  const [quantity = '', , costBasis = '', , acquired = ''] = bought.split(' ');
  return {
    lotId: identifier<TaxLotId>(lotId),
    accountId: identifier<AccountId>('TAXABLE-1'),
    symbol: identifier<InstrumentSymbol>('CORN'),
    quantity: Decimal.parse<'Quantity'>(quantity),
    costBasis: Decimal.parse<'Money'>(costBasis),
    acquiredDate: parseCalendarDate(acquired),
    washSaleAdjustment: Decimal.parse<'Money'>('0'),
  };
}

const rates = {
  shortTerm: Decimal.parse('0.37'), // federal and state together
  longTerm: Decimal.parse('0.2'),
};
const sale: Omit<LotSale, 'relief'> = {
  lots: [
    lot('old and cheap', '100 for 4200.00 on 2018-03-05'),
    lot('old and dear', '80 for 5520.00 on 2024-06-17'),
    lot('new, at a gain', '60 for 3000.00 on 2025-11-03'),
    lot('new, at a loss', '50 for 3650.00 on 2026-02-02'),
  ],
  quantity: Decimal.parse<'Quantity'>('150'),
  price: Decimal.parse<'Price'>('62.00'),
  proceeds: Decimal.parse<'Money'>('9300.00'),
  soldDate: parseCalendarDate('2026-03-31'),
  rates,
};

const cents = (amount: Money): string => amount.toFixed(2, 'halfEven').padStart(9);
for (const relief of LOT_RELIEFS) {
  const parts = selectLots({ ...sale, relief });
  const { shortTerm, longTerm, estimatedTax } = realizedGains(parts, rates);
  console.log(
    `${relief.padEnd(10)} short ${cents(shortTerm)}  long ${cents(longTerm)}  tax ` +
      (estimatedTax === null ? 'not known' : cents(estimatedTax)),
  );
  for (const { lotId, quantity, gain, term } of parts) {
    console.log(
      `           ${quantity.toString().padStart(3)} of ${lotId} (${term}): ${cents(gain)}`,
    );
  }
}
