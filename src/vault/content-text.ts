/**
 * The compact text that is hashed, and so what "equal content" means. One line per record, fields
 * separated by tabs: identifiers as they are (they hold no control characters), decimals in their one
 * plain form, free text as JSON, absence as `~`. Canonical JSON of the whole snapshot was rejected for
 * its cost: 600,000 lots are hashed here in about a second.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Decimal, type Sha256 } from '../kernel/index.ts';
import type {
  Account,
  CashBalance,
  CashFlow,
  FirmSettings,
  Household,
  Instrument,
  ModelPortfolio,
  PriceBar,
  Restriction,
  TaxLot,
  Transaction,
} from '../domain/index.ts';

/** Changes when the text changes: hashes of two formats are never equal by accident. */
const CONTENT_FORMAT = 'evenkeel-content/1';

const text = (value: string | null): string => (value === null ? '~' : JSON.stringify(value));
const number = (value: Decimal<string> | null): string => (value === null ? '~' : value.toString());

export function accountText(account: Account): string {
  return [
    'account',
    account.accountId,
    account.householdId,
    text(account.name),
    account.taxStatus,
    text(account.custodian),
    account.modelId ?? '~',
    number(account.cashReserveAmount),
    number(account.cashReserveWeight),
    account.discretion,
    account.status,
  ].join('\t');
}

export function householdText(household: Household): string {
  return [
    'household',
    household.householdId,
    text(household.name),
    number(household.federalShortTermRate),
    number(household.federalLongTermRate),
    number(household.stateRate),
    number(household.gainBudgetAmount),
    number(household.lossCarryforward),
  ].join('\t');
}

export function cashText(cash: CashBalance): string {
  return `cash\t${number(cash.amount)}\t${number(cash.settledAmount)}`;
}

/** Without the account's id: a lot stands under its account. */
export function taxLotText(lot: TaxLot): string {
  return `lot\t${lot.symbol}\t${lot.acquiredDate}\t${lot.lotId}\t${lot.quantity.toString()}\t${lot.costBasis.toString()}\t${lot.washSaleAdjustment.toString()}`;
}

export function transactionText(transaction: Transaction): string {
  return [
    'transaction',
    transaction.date,
    transaction.time ?? '~',
    text(transaction.transactionId),
    transaction.symbol,
    transaction.side,
    number(transaction.quantity),
    number(transaction.amount),
    number(transaction.price),
    number(transaction.fees),
    transaction.lotId ?? '~',
    number(transaction.splitRatio),
    ...transaction.lots.map((lot) => `${lot.lotId}\t${number(lot.quantity)}`),
  ].join('\t');
}

export function cashFlowText(flow: CashFlow): string {
  return `flow\t${flow.date}\t${flow.kind}\t${number(flow.amount)}`;
}

export function instrumentText(instrument: Instrument): string {
  return [
    'instrument',
    instrument.symbol,
    text(instrument.name),
    text(instrument.assetClass),
    text(instrument.sector),
    text(instrument.industry),
    text(instrument.country),
    text(instrument.issuer),
    instrument.currency,
    number(instrument.lotSize),
    instrument.isFractional ? 'fractional' : 'whole',
    text(instrument.figi),
    text(instrument.isin),
  ].join('\t');
}

export function priceBarText(bar: PriceBar): string {
  return `bar\t${bar.date}\t${bar.close.toString()}\t${number(bar.volume)}\t${number(bar.adjustedClose)}`;
}

/** Lines in the model's own order: the rank of substitutes is meant, and so may be the lines'. */
export function modelText(model: ModelPortfolio): string {
  return `model\t${model.modelId}\t${canonicalJson(model.lines)}`;
}

export function restrictionText(restriction: Restriction): string {
  return `restriction\t${canonicalJson(restriction)}`;
}

export function settingsText(settings: FirmSettings): string {
  return `settings\t${canonicalJson(settings)}`;
}

/** SHA-256 of lines, each ended by a line feed, fed in pieces so that no text of 100 MB is ever built. */
export function hashLines(kind: string, lines: Iterable<string>): Sha256 {
  const hash = createHash('sha256');
  let piece = `${CONTENT_FORMAT}\t${kind}\n`;
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length > 65_536) {
      hash.update(piece);
      piece = '';
    }
  }
  return hash.update(piece).digest('hex') as Sha256;
}
