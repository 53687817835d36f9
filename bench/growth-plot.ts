/** The plot of account-growth: one panel per size that is varied, both axes logarithmic. */
import {
  GROWTH_AXES,
  GROWTH_SERIES,
  sizeOnAxis,
  type GrowthAxis,
  type GrowthSeries,
  type GrowthSummary,
} from './growth-figures.ts';
import { logPlot, type PlotSeries } from './log-plot.ts';

const AXIS_LABELS: Readonly<Record<GrowthAxis, string>> = {
  names: 'names',
  factors: 'factors',
  lots: 'lots per holding',
  rows: 'rows beside the budget',
};

/** Engine and whole path differ by color, cold and warm by the line; both survive gray printing. */
const LINES: Readonly<Record<GrowthSeries, PlotSeries>> = {
  engineCold: { label: 'engine, cold', color: '#2f81c7', isDashed: false, mark: 'circle' },
  engineWarm: { label: 'engine, warm', color: '#2f81c7', isDashed: true, mark: 'circle' },
  optimizeCold: { label: 'optimize(), cold', color: '#d1742a', isDashed: false, mark: 'square' },
  optimizeWarm: { label: 'optimize(), warm', color: '#d1742a', isDashed: true, mark: 'square' },
};

/** @returns an SVG document; the same figures give the same bytes */
export function growthPlot({ middle, points }: GrowthSummary): string {
  const panels = GROWTH_AXES.map((axis) => {
    const own = points.filter((point) => point.axis === axis);
    return {
      label: AXIS_LABELS[axis],
      ticks: own.map(({ size }) => ({ at: sizeOnAxis(axis, size), label: String(size) })),
      points: own.map(({ size, milliseconds }) => ({
        x: sizeOnAxis(axis, size),
        y: GROWTH_SERIES.map((series) => milliseconds[series]),
      })),
    };
  });
  return logPlot({
    title: 'Time of one account, one thread',
    unit: 'ms',
    subtitle:
      `one size varied at a time, the others ${String(middle.names)} names, ` +
      `${String(middle.factors)} factors, ${String(middle.lots)} lots per holding, ` +
      `${String(middle.rows)} rows; both axes logarithmic`,
    series: GROWTH_SERIES.map((series) => LINES[series]),
    panels,
  });
}
