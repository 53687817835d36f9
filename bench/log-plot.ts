/**
 * Small multiples as SVG text, both axes logarithmic, one vertical scale for all panels. Colors are of middle lightness
 * on a transparent ground, so that one file reads on light and dark pages. Numbers are rounded: same input, same bytes.
 */

export interface PlotSeries {
  readonly label: string;
  readonly color: string;
  readonly isDashed: boolean;
  readonly mark: 'circle' | 'square';
}

export interface PlotPanel {
  readonly label: string;
  /** `at` > 0, ascending. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** x ascending, all > 0; one y per series, in its order. */
  readonly points: readonly { readonly x: number; readonly y: readonly number[] }[];
}

export interface LogPlot {
  readonly title: string;
  readonly subtitle: string;
  /** Of the vertical axis. */
  readonly unit: string;
  readonly series: readonly PlotSeries[];
  readonly panels: readonly PlotPanel[];
}

const COLUMNS = 2;
const PANEL = { width: 340, height: 220, left: 56, right: 18, top: 14, bottom: 58 } as const;
const HEAD = 86;
const MARGIN = 14;
const LEGEND_STEP = 168;
/** Readable on white (4.5 to 1) and on near black. */
const TEXT = '#767b82';
const GRID = '#8b90974d';
const FRAME = '#8b9097';
/** About the width of a digit, and what labels keep between them. */
const DIGIT = 7.5;
const LABEL_ROOM = 6;

interface Scale {
  readonly least: number;
  readonly most: number;
}

/** @throws Error when there is nothing to draw or a value is not above zero */
export function logPlot({ title, subtitle, unit, series, panels }: LogPlot): string {
  const values = panels.flatMap((panel) => panel.points.flatMap(({ y }) => y));
  if (values.length === 0 || !values.every((value) => value > 0 && value < Infinity)) {
    throw new Error('a logarithmic plot needs finite values above zero');
  }
  const vertical = { least: 0.8 * Math.min(...values), most: 1.25 * Math.max(...values), unit };
  const lines = Math.ceil(panels.length / COLUMNS);
  const width = 2 * MARGIN + COLUMNS * (PANEL.left + PANEL.width + PANEL.right);
  const height = HEAD + lines * (PANEL.top + PANEL.height + PANEL.bottom);
  const drawn = panels.map((panel, p) => {
    const x = MARGIN + PANEL.left + (p % COLUMNS) * (PANEL.left + PANEL.width + PANEL.right);
    const y =
      HEAD + PANEL.top + Math.floor(p / COLUMNS) * (PANEL.top + PANEL.height + PANEL.bottom);
    return `<g transform="translate(${String(x)} ${String(y)})">\n${panelOf(panel, series, vertical)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" ` +
      `width="${String(width)}" height="${String(height)}" role="img" ` +
      `font-family="system-ui, sans-serif" font-size="12" fill="${TEXT}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(subtitle)}</desc>`,
    text(MARGIN, 22, title, 'font-size="16" font-weight="600"'),
    text(MARGIN, 42, subtitle, 'font-size="11.5"'),
    ...series.map((one, s) => legendEntry(one, MARGIN + s * LEGEND_STEP)),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function legendEntry(series: PlotSeries, x: number): string {
  const y = 66;
  return [
    line([x, y, x + 34, y], strokeOf(series)),
    markAt(series, x + 17, y),
    text(x + 41, y + 4, series.label, ''),
  ].join('\n');
}

function panelOf(
  panel: PlotPanel,
  series: readonly PlotSeries[],
  vertical: Scale & { readonly unit: string },
): string {
  const at = panel.ticks.map((tick) => tick.at);
  const horizontal: Scale = { least: Math.min(...at) / 1.12, most: Math.max(...at) * 1.12 };
  const xOf = (value: number): number => PANEL.width * share(horizontal, value);
  const yOf = (value: number): number => PANEL.height * (1 - share(vertical, value));
  const parts: string[] = [];
  for (const { value, label } of decimalTicks(vertical)) {
    const y = yOf(value);
    parts.push(line([0, y, PANEL.width, y], `stroke="${GRID}"`));
    if (label !== '') parts.push(text(-8, y + 4, `${label} ${vertical.unit}`, 'text-anchor="end"'));
  }
  // From the right, so that the largest size always has its label.
  let taken = Infinity;
  for (const tick of [...panel.ticks].reverse()) {
    const x = xOf(tick.at);
    const half = (DIGIT * tick.label.length) / 2;
    parts.push(line([x, 0, x, PANEL.height], `stroke="${GRID}"`));
    if (x + half > taken) continue;
    taken = x - half - LABEL_ROOM;
    parts.push(text(x, PANEL.height + 17, tick.label, 'text-anchor="middle"'));
  }
  parts.push(
    `<rect width="${String(PANEL.width)}" height="${String(PANEL.height)}" fill="none" stroke="${FRAME}"/>`,
    text(PANEL.width / 2, PANEL.height + 36, panel.label, 'text-anchor="middle" font-weight="600"'),
  );
  series.forEach((one, s) => {
    const corners = panel.points.map(({ x, y }) => [xOf(x), yOf(y[s] as number)] as const);
    const path = corners.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" ${strokeOf(one)}/>`);
    for (const [x, y] of corners) parts.push(markAt(one, x, y));
  });
  return parts.join('\n');
}

/** 1, 2 and 5 of every decade within the scale; labels for 1, and for all where there are few decades. */
function decimalTicks({
  least,
  most,
}: Scale): { readonly value: number; readonly label: string }[] {
  const isWide = Math.log10(most / least) > 2.5;
  const ticks: { value: number; label: string }[] = [];
  for (let e = Math.floor(Math.log10(least)); e <= Math.ceil(Math.log10(most)); e += 1) {
    for (const digit of [1, 2, 5]) {
      const value = Number(`${String(digit)}e${String(e)}`);
      if (value < least || value > most) continue;
      ticks.push({ value, label: digit === 1 || !isWide ? String(value) : '' });
    }
  }
  return ticks;
}

function share({ least, most }: Scale, value: number): number {
  return Math.log(value / least) / Math.log(most / least);
}

function strokeOf({ color, isDashed }: PlotSeries): string {
  return `stroke="${color}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}`;
}

function markAt({ color, mark }: PlotSeries, x: number, y: number): string {
  return mark === 'circle'
    ? `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.2" fill="${color}"/>`
    : `<rect x="${fixed(x - 3)}" y="${fixed(y - 3)}" width="6" height="6" fill="${color}"/>`;
}

function line([x1, y1, x2, y2]: readonly [number, number, number, number], style: string): string {
  return `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" ${style}/>`;
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}"${style === '' ? '' : ` ${style}`}>${escaped(content)}</text>`;
}

function fixed(value: number): string {
  return String(Math.round(10 * value) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
