/** Estimated tax against tracking error: the best choices of one account, with the proposed one marked. */
import { useCallback } from 'react';
import type { AccountFrontier } from '../../../src/api/contract/index.ts';
import { toPixels } from '../format/decimal-text.ts';
import { formatMoney, formatStatisticPercent, plural } from '../format/numbers.ts';
import { Chart, type Palette } from './chart.tsx';

type Point = AccountFrontier['points'][number];

const HEIGHT = 220;

function pointText(point: Point): string {
  const what = point.isProposed ? 'Proposed: ' : '';
  return `${what}tax ${formatMoney(point.estimatedTax)}, tracking error ${formatStatisticPercent(point.trackingError)}, ${plural(point.tradeCount, 'trade')}`;
}

function frontierOption(points: readonly Point[], palette: Palette) {
  const axis = {
    axisLine: { lineStyle: { color: palette.border } },
    splitLine: { lineStyle: { color: palette.border } },
    nameTextStyle: { color: palette.dim, fontSize: 11 },
    nameLocation: 'middle',
    scale: true,
  };
  return {
    animation: false,
    grid: { left: 24, right: 18, top: 10, bottom: 26, containLabel: true },
    xAxis: {
      type: 'value',
      name: 'Estimated tax, USD',
      nameGap: 28,
      ...axis,
      axisLabel: {
        color: palette.dim,
        fontSize: 11,
        hideOverlap: true,
        formatter: (value: number) => value.toLocaleString('en-US'),
      },
    },
    yAxis: {
      type: 'value',
      name: 'Tracking error',
      nameGap: 46,
      ...axis,
      axisLabel: {
        color: palette.dim,
        fontSize: 11,
        formatter: (value: number) => formatStatisticPercent(value),
      },
    },
    tooltip: {
      trigger: 'item',
      backgroundColor: palette.surface,
      borderColor: palette.border,
      textStyle: { color: palette.text, fontSize: 12 },
      formatter: (item: { readonly dataIndex: number }) => {
        const point = points[item.dataIndex];
        return point === undefined ? '' : pointText(point);
      },
    },
    series: [
      {
        type: 'line',
        lineStyle: { color: palette.bar, width: 2 },
        data: points.map((point) => ({
          value: [toPixels(point.estimatedTax), point.trackingError],
          symbol: point.isProposed ? 'diamond' : 'circle',
          symbolSize: point.isProposed ? 14 : 6,
          itemStyle: { color: point.isProposed ? palette.accent : palette.bar },
        })),
      },
    ],
  };
}

function summaryOf(points: readonly Point[]): string {
  const least = points[0];
  const most = points.at(-1);
  const proposed = points.find(({ isProposed }) => isProposed);
  if (least === undefined || most === undefined || proposed === undefined) return 'No choices.';
  return `From tax ${formatMoney(least.estimatedTax)} at a tracking error of ${formatStatisticPercent(least.trackingError)} to tax ${formatMoney(most.estimatedTax)} at ${formatStatisticPercent(most.trackingError)}; proposed is tax ${formatMoney(proposed.estimatedTax)} at ${formatStatisticPercent(proposed.trackingError)}.`;
}

export function FrontierChart(props: { readonly points: readonly Point[] }) {
  const { points } = props;
  const option = useCallback((palette: Palette) => frontierOption(points, palette), [points]);
  return <Chart height={HEIGHT} summary={summaryOf(points)} option={option} />;
}

/** The same choices for those who read rather than look. */
export function FrontierTable(props: { readonly points: readonly Point[] }) {
  return (
    <table className="ek-table">
      <thead>
        <tr>
          <th scope="col" className="ek-figure">
            Tax USD
          </th>
          <th scope="col" className="ek-figure">
            Tracking error
          </th>
          <th scope="col" className="ek-figure">
            Turnover
          </th>
          <th scope="col" className="ek-figure">
            Trades
          </th>
          <th scope="col">Choice</th>
        </tr>
      </thead>
      <tbody>
        {props.points.map((point) => (
          <tr key={point.taxWeight}>
            <td className="ek-figure">{formatMoney(point.estimatedTax)}</td>
            <td className="ek-figure">{formatStatisticPercent(point.trackingError)}</td>
            <td className="ek-figure">{formatStatisticPercent(point.turnover)}</td>
            <td className="ek-figure">{point.tradeCount}</td>
            <td>{point.isProposed ? 'Proposed' : point.taxWeight === 0 ? 'Ignores tax' : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
