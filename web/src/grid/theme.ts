import { themeQuartz } from 'ag-grid-community';
import type { Density } from '../theme/preferences.ts';
import { ROW_HEIGHT } from '../theme/preferences.ts';

/** The grid in the product's palette; the color scheme switches through the CSS variables. */
export function gridTheme(density: Density) {
  return themeQuartz.withParams({
    accentColor: 'var(--ek-accent)',
    backgroundColor: 'var(--ek-surface)',
    foregroundColor: 'var(--ek-text)',
    borderColor: 'var(--ek-border)',
    chromeBackgroundColor: 'var(--ek-raised)',
    headerBackgroundColor: 'var(--ek-raised)',
    headerTextColor: 'var(--ek-text-dim)',
    headerFontWeight: 600,
    headerFontSize: 12,
    rowHoverColor: 'color-mix(in srgb, var(--ek-accent) 7%, transparent)',
    selectedRowBackgroundColor: 'var(--ek-selected)',
    oddRowBackgroundColor: 'var(--ek-surface)',
    menuBackgroundColor: 'var(--ek-surface)',
    menuTextColor: 'var(--ek-text)',
    inputBackgroundColor: 'var(--ek-surface)',
    checkboxUncheckedBorderColor: 'var(--ek-border-strong)',
    fontFamily: 'var(--ek-font)',
    fontSize: density === 'spacious' ? 13.5 : 12.5,
    rowHeight: ROW_HEIGHT[density],
    headerHeight: density === 'compact' ? 30 : 34,
    cellHorizontalPadding: 8,
    spacing: 5,
    wrapperBorderRadius: 4,
    wrapperBorder: { color: 'var(--ek-border)' },
    columnBorder: false,
    browserColorScheme: 'inherit',
    valueChangeValueHighlightBackgroundColor: 'var(--ek-accent-soft)',
  });
}
