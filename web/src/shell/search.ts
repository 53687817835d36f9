/**
 * The address of a screen. All parameters are plain text, so that an address can be read, typed and
 * mailed; each screen reads those it knows.
 */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { GridView } from '../grid/view-state.ts';

export const SEARCH_NAMES = [
  'run',
  'tab',
  'account',
  'order',
  'block',
  'rule',
  'evaluation',
  'reconciliation',
  'entry',
  'tiles',
  'verdict',
  'actor',
  'action',
  'subject',
  'next',
  'q',
  'sort',
  'filter',
] as const;
export type SearchName = (typeof SEARCH_NAMES)[number];
export type ScreenSearch = { readonly [Name in SearchName]?: string | undefined };

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** Keeps the names we know and drops the rest. */
export function validateSearch(search: Readonly<Record<string, unknown>>): ScreenSearch {
  return Object.fromEntries(
    SEARCH_NAMES.flatMap((name) => {
      const value = search[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}

/** The address's parameters and a way to change some of them in place. */
export function useScreenSearch(): readonly [
  ScreenSearch,
  (change: ScreenSearch, isStep?: boolean) => void,
] {
  const search: ScreenSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (next: ScreenSearch, isStep = false) => {
      void navigate({
        to: '.',
        search: (previous: ScreenSearch) => ({ ...previous, ...next }),
        replace: !isStep,
      });
    },
    [navigate],
  );
  return [search, change];
}

/** The grid's part of the address. */
export function useGridView(): readonly [GridView, (view: GridView) => void] {
  const [search, change] = useScreenSearch();
  const { q, sort, filter } = search;
  const view = useMemo(() => ({ q, sort, filter }), [q, sort, filter]);
  return [view, change];
}
