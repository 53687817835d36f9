/** Current weight, target and band of each name: one row each, the farthest from target first. */
import type { CustomSeriesRenderItem } from 'echarts';
import { useCallback } from 'react';
import { toPixels } from '../format/decimal-text.ts';
import { formatWeight } from '../format/numbers.ts';
import { Chart, type Palette } from './chart.tsx';

export interface BandRow {
  readonly name: string;
  readonly weight: string;
  readonly targetWeight: string;
  readonly lowerWeight: string;
  readonly upperWeight: string;
  readonly isOutOfBand: boolean;
}

const ROW_HEIGHT = 22;
const AXIS_HEIGHT = 30;

function renderBand(fill: string): CustomSeriesRenderItem {
  return (_params, api) => {
    const from = api.coord([api.value(1), api.value(0)]);
    const to = api.coord([api.value(2), api.value(0)]);
    const left = from[0] ?? 0;
    return {
      type: 'rect',
      shape: {
        x: left,
        y: (from[1] ?? 0) - 8,
        width: Math.max(2, (to[0] ?? 0) - left),
        height: 16,
        r: 2,
      },
      style: { fill },
    };
  };
}

function renderTarget(stroke: string): CustomSeriesRenderItem {
  return (_params, api) => {
    const at = api.coord([api.value(1), api.value(0)]);
    const x = at[0] ?? 0;
    const y = at[1] ?? 0;
    return {
      type: 'line',
      shape: { x1: x, y1: y - 9, x2: x, y2: y + 9 },
      style: { stroke, lineWidth: 2 },
    };
  };
}

function bandOption(rows: readonly BandRow[], palette: Palette) {
  return {
    animation: false,
    grid: { left: 8, right: 14, top: 4, bottom: 4, containLabel: true },
    xAxis: {
      type: 'value',
      min: 0,
      axisLabel: {
        color: palette.dim,
        fontSize: 11,
        formatter: (value: number) => `${String(Math.round(value * 1000) / 10)}%`,
      },
      splitLine: { lineStyle: { color: palette.border } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map((row) => row.name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.border } },
      axisLabel: {
        color: palette.text,
        fontSize: 11.5,
        interval: 0,
        width: 74,
        overflow: 'truncate',
      },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      backgroundColor: palette.surface,
      borderColor: palette.border,
      textStyle: { color: palette.text, fontSize: 12 },
      formatter: (items: readonly { readonly dataIndex: number }[]) => {
        const row = rows[items[0]?.dataIndex ?? -1];
        if (row === undefined) return '';
        return `${row.name}: ${formatWeight(row.weight)}, target ${formatWeight(row.targetWeight)}, band ${formatWeight(row.lowerWeight)} to ${formatWeight(row.upperWeight)}${row.isOutOfBand ? ', outside' : ''}`;
      },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        renderItem: renderBand(palette.band),
        encode: { x: [1, 2], y: 0 },
        data: rows.map((row, i) => [i, toPixels(row.lowerWeight), toPixels(row.upperWeight)]),
      },
      {
        type: 'bar',
        barWidth: 8,
        data: rows.map((row) => ({
          value: toPixels(row.weight),
          itemStyle: {
            color: row.isOutOfBand ? palette.warn : palette.bar,
            ...(row.isOutOfBand
              ? { decal: { symbol: 'rect', dashArrayX: [2, 3], dashArrayY: [8, 0] } }
              : {}),
          },
        })),
      },
      {
        type: 'custom',
        silent: true,
        renderItem: renderTarget(palette.text),
        encode: { x: 1, y: 0 },
        data: rows.map((row, i) => [i, toPixels(row.targetWeight)]),
      },
    ],
  };
}

function summaryOf(rows: readonly BandRow[]): string {
  const outside = rows.filter((row) => row.isOutOfBand);
  const worst = rows[0];
  if (worst === undefined) return 'No names to show.';
  return `${String(outside.length)} of ${String(rows.length)} names are outside their band; farthest from target is ${worst.name} at ${formatWeight(worst.weight)} against ${formatWeight(worst.targetWeight)}.`;
}

export function BandChart(props: { readonly rows: readonly BandRow[] }) {
  const { rows } = props;
  const option = useCallback((palette: Palette) => bandOption(rows, palette), [rows]);
  return (
    <Chart
      height={rows.length * ROW_HEIGHT + AXIS_HEIGHT}
      summary={summaryOf(rows)}
      option={option}
    />
  );
}

/** The same data for those who read rather than look. */
export function BandTable(props: { readonly rows: readonly BandRow[] }) {
  return (
    <table className="ek-table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" className="ek-figure">
            Current
          </th>
          <th scope="col" className="ek-figure">
            Target
          </th>
          <th scope="col" className="ek-figure">
            Band
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr key={row.name}>
            <td>{row.name}</td>
            <td className="ek-figure" title={row.weight}>
              {formatWeight(row.weight)}
            </td>
            <td className="ek-figure" title={row.targetWeight}>
              {formatWeight(row.targetWeight)}
            </td>
            <td className="ek-figure">
              {formatWeight(row.lowerWeight)}–{formatWeight(row.upperWeight)}
            </td>
            <td>{row.isOutOfBand ? 'Outside' : 'Inside'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
