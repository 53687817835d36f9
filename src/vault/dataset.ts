/** The reference datasets of a book: what each holds, how it is hashed and how it is put back. */
import type { Sha256 } from '../kernel/index.ts';
import type {
  Account,
  FirmBook,
  FirmSettings,
  Household,
  Instrument,
  ModelPortfolio,
  Restriction,
} from '../domain/index.ts';
import { compareText, sortedEntries } from './book-order.ts';
import {
  accountText,
  hashLines,
  householdText,
  instrumentText,
  modelText,
  restrictionText,
  settingsText,
} from './content-text.ts';
import { fromContent, toContent } from './content-json.ts';

export type DatasetName =
  'instruments' | 'households' | 'accounts' | 'models' | 'restrictions' | 'settings';

export interface DatasetContent {
  readonly dataset: DatasetName;
  readonly contentHash: Sha256;
  readonly content: string;
}

/** All six, in fixed order of rows. */
export function datasetsOf(book: FirmBook): readonly DatasetContent[] {
  const values = <K extends string, V>(map: ReadonlyMap<K, V>): V[] =>
    sortedEntries(map).map(([, value]) => value);
  return [
    contentOf('instruments', values(book.instruments), instrumentText),
    contentOf('households', values(book.households), householdText),
    contentOf('accounts', values(book.accounts), accountText),
    contentOf('models', values(book.models), modelText),
    contentOf(
      'restrictions',
      [...book.restrictions].sort((a, b) => compareText(restrictionText(a), restrictionText(b))),
      restrictionText,
    ),
    contentOf('settings', [book.settings], settingsText),
  ];
}

function contentOf<T>(
  dataset: DatasetName,
  rows: readonly T[],
  textOf: (row: T) => string,
): DatasetContent {
  return { dataset, contentHash: hashLines(dataset, rows.map(textOf)), content: toContent(rows) };
}

/** Reference parts of a book from stored contents; null unless settings are among them. */
export function bookPartsFrom(
  contents: ReadonlyMap<DatasetName, string>,
): Pick<
  FirmBook,
  'instruments' | 'households' | 'accounts' | 'models' | 'restrictions' | 'settings'
> | null {
  const rows = <T>(dataset: DatasetName): readonly T[] =>
    fromContent<readonly T[]>(contents.get(dataset) ?? '[]');
  const [settings] = rows<FirmSettings>('settings');
  if (settings === undefined) return null;
  return {
    instruments: new Map(rows<Instrument>('instruments').map((row) => [row.symbol, row])),
    households: new Map(rows<Household>('households').map((row) => [row.householdId, row])),
    accounts: new Map(rows<Account>('accounts').map((row) => [row.accountId, row])),
    models: new Map(rows<ModelPortfolio>('models').map((row) => [row.modelId, row])),
    restrictions: rows<Restriction>('restrictions'),
    settings,
  };
}
