/**
 * A saved view is an address: sort, column filters and the quick filter travel in the URL as three
 * short texts. Unreadable text is no view, never an error.
 */
import type { FilterModel, SortModelItem } from 'ag-grid-community';

export interface GridView {
  /** `columnId:asc,columnId:desc`. */
  readonly sort?: string | undefined;
  /** JSON of the column filters. */
  readonly filter?: string | undefined;
  /** Quick filter over all columns. */
  readonly q?: string | undefined;
}

export function parseSort(text: string | undefined): SortModelItem[] {
  if (text === undefined) return [];
  return text.split(',').flatMap((part) => {
    const [colId, sort] = part.split(':');
    if (colId === undefined || colId === '') return [];
    return sort === 'asc' || sort === 'desc' ? [{ colId, sort }] : [];
  });
}

export function sortText(model: readonly SortModelItem[]): string | undefined {
  return model.length === 0
    ? undefined
    : model.map((item) => `${item.colId}:${item.sort}`).join(',');
}

export function parseFilter(text: string | undefined): FilterModel {
  if (text === undefined) return {};
  try {
    const model: unknown = JSON.parse(text);
    return typeof model === 'object' && model !== null ? (model as FilterModel) : {};
  } catch {
    // A link cut short by a mail program: show everything.
    return {};
  }
}

export function filterText(model: FilterModel): string | undefined {
  return Object.keys(model).length === 0 ? undefined : JSON.stringify(model);
}

/** The three texts out of an address; anything else there is left alone by the caller. */
export function parseGridView(search: Readonly<Record<string, unknown>>): GridView {
  const text = (name: string): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { sort: text('sort'), filter: text('filter'), q: text('q') };
}
