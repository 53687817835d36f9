/** ECharts with only the parts we draw with, themed from the palette, redrawn with the color scheme. */
import { useComputedColorScheme } from '@mantine/core';
import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([
  BarChart,
  CustomChart,
  LineChart,
  GridComponent,
  TooltipComponent,
  AriaComponent,
  SVGRenderer,
]);

export interface Palette {
  readonly text: string;
  readonly dim: string;
  readonly border: string;
  readonly surface: string;
  readonly band: string;
  readonly bar: string;
  readonly warn: string;
  readonly accent: string;
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--ek-text'),
    dim: read('--ek-text-dim'),
    border: read('--ek-border'),
    surface: read('--ek-surface'),
    band: read('--ek-band'),
    bar: read('--ek-bar'),
    warn: read('--ek-sell'),
    accent: read('--ek-accent'),
  };
}

/** A picture. `summary` says in one sentence what it shows; the caller offers the same data as a table. */
export function Chart(props: {
  readonly height: number;
  readonly summary: string;
  readonly option: (palette: Palette) => EChartsCoreOption;
}) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const { option, height } = props;
  useEffect(() => {
    if (host.current === null) return undefined;
    const chart = init(host.current, null, { renderer: 'svg', height });
    // The palette is read after the scheme's attribute has been written.
    const frame = requestAnimationFrame(() => chart.setOption(option(readPalette())));
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(host.current);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      chart.dispose();
    };
  }, [option, height, scheme]);
  return <div ref={host} role="img" aria-label={props.summary} style={{ height, width: '100%' }} />;
}
