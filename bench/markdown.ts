/** Numbers and tables of the report. */

/** A cell that has nothing to say. */
export const NOTHING = '–';

/**
 * @param head column titles; the first `left` columns are aligned left, the others right
 * @returns a Markdown table ending in a line break
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left = 1,
): string {
  const rule = head.map((_, column) => (column < left ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Three significant digits, never an exponent: 0.0123, 1.23, 12,300. */
export function rounded(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** Powers of ten, rounded up: what is said to be a worst case must not be less than it. */
export function worst(value: number): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(value));
  const digits = Math.ceil(10 * (value / 10 ** exponent) - 1e-9) / 10;
  return digits >= 10 ? `1e${String(exponent + 1)}` : `${String(digits)}e${String(exponent)}`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** `a, b and c`; `none` of an empty list. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return 'none';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
