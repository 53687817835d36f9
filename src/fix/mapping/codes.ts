/** FIX characters and our words, in pairs that the compiler counts: no word of ours lacks its character. */
import type { OrderStatus, OrderType, ReportKind, Side, TimeInForce } from '../../domain/index.ts';

/** Statuses that exist on the wire; the other three are ours before and beside the market. */
export type WireOrderStatus = Exclude<OrderStatus, 'pendingSend' | 'sent' | 'unknown'>;

export interface CodePair<Word extends string> {
  /** The character of a word. */
  readonly toFix: (word: Word) => string;
  /** The word of a character; null when we have none for it. */
  readonly fromFix: (code: string) => Word | null;
}

/**
 * @param codes   one character per word, all different
 * @param aliases characters that read as a word and are never written
 */
function pair<Word extends string>(
  codes: Readonly<Record<Word, string>>,
  aliases: Readonly<Record<string, Word>> = {},
): CodePair<Word> {
  const words = new Map<string, Word>(Object.entries<Word>(aliases));
  for (const word of Object.keys(codes) as Word[]) words.set(codes[word], word);
  return { toFix: (word) => codes[word], fromFix: (code) => words.get(code) ?? null };
}

export const sideCode = pair<Side>({ buy: '1', sell: '2' });

export const orderTypeCode = pair<OrderType>({ market: '1', limit: '2' });

export const timeInForceCode = pair<TimeInForce>({ day: '0', immediateOrCancel: '3' });

export const orderStatusCode = pair<WireOrderStatus>(
  {
    new: '0',
    partiallyFilled: '1',
    filled: '2',
    doneForDay: '3',
    canceled: '4',
    pendingCancel: '6',
    rejected: '8',
    suspended: '9',
    pendingNew: 'A',
    expired: 'C',
    pendingReplace: 'E',
  },
  {
    '5': 'new', // Replaced left OrdStatus with FIX 4.3; older counterparties still write it
    '7': 'new', // Stopped: a price is guaranteed, the order is open
    B: 'doneForDay', // Calculated: complete for the day, and its charges are known
    D: 'new', // AcceptedForBidding
  },
);

export const reportKindCode = pair<ReportKind>(
  {
    new: '0',
    doneForDay: '3',
    canceled: '4',
    replaced: '5',
    pendingCancel: '6',
    stopped: '7',
    rejected: '8',
    suspended: '9',
    pendingNew: 'A',
    calculated: 'B',
    expired: 'C',
    restated: 'D',
    pendingReplace: 'E',
    trade: 'F',
    tradeCorrect: 'G',
    tradeCancel: 'H',
    orderStatus: 'I',
  },
  { '1': 'trade', '2': 'trade' }, // PartialFill and Fill of FIX 4.2
);

export const respondsToCode = pair<'cancel' | 'replace'>({ cancel: '1', replace: '2' });
