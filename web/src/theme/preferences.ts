/**
 * What a person likes, kept in this browser: density, single-key shortcuts. The color scheme is
 * Mantine's own preference beside it.
 */
import { useSyncExternalStore } from 'react';

export type Density = 'compact' | 'comfortable' | 'spacious';

export interface Preferences {
  readonly density: Density;
  /** Single-key shortcuts (WCAG 2.1.4 asks that they can be turned off). */
  readonly hasSingleKeys: boolean;
}

export const ROW_HEIGHT: Readonly<Record<Density, number>> = {
  compact: 28,
  comfortable: 34,
  spacious: 42,
};

const STORAGE_KEY = 'evenkeel.preferences';
const DEFAULTS: Preferences = { density: 'compact', hasSingleKeys: true };

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return DEFAULTS;
    const density = 'density' in stored ? stored.density : null;
    const keys = 'hasSingleKeys' in stored ? stored.hasSingleKeys : null;
    return {
      density: density === 'comfortable' || density === 'spacious' ? density : DEFAULTS.density,
      hasSingleKeys: typeof keys === 'boolean' ? keys : DEFAULTS.hasSingleKeys,
    };
  } catch {
    // Storage may be forbidden or hold something else: the defaults serve.
    return DEFAULTS;
  }
}

let current = load();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  } catch {
    // The choice then lasts until the page is closed.
  }
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}
