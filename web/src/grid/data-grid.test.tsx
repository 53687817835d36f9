import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { renderInApp } from '../test-render.tsx';
import { DataGrid } from './data-grid.tsx';
import type { GridColumn } from './column.ts';
import type { GridView } from './view-state.ts';

interface Line {
  readonly id: string;
  readonly name: string;
  readonly side: string;
  readonly amount: string | null;
}
const LINES: readonly Line[] = [
  { id: '1', name: 'Bond fund', side: 'buy', amount: '1234.5' },
  { id: '2', name: 'Stock fund', side: 'sell', amount: '-99.999' },
  { id: '3', name: 'Gold', side: 'buy', amount: null },
];
const COLUMNS: readonly GridColumn<Line>[] = [
  { id: 'name', kind: 'text', header: 'Name', value: (line) => line.name, width: 120 },
  { id: 'side', kind: 'side', header: 'Side', value: (line) => line.side, width: 80 },
  {
    id: 'amount',
    kind: 'gain',
    header: 'Gain USD',
    value: (line) => line.amount,
    width: 120,
    hasTotal: true,
  },
];

function Harness(props: {
  readonly onOpen?: (line: Line) => void;
  readonly onSelect?: (lines: readonly Line[]) => void;
  readonly onView?: (view: GridView) => void;
}) {
  const [view, setView] = useState<GridView>({});
  return (
    <div style={{ width: 800, height: 400, display: 'flex' }}>
      <DataGrid
        label="Lines"
        noun="line"
        rows={LINES}
        columns={COLUMNS}
        rowId={(line) => line.id}
        view={view}
        onViewChange={(next) => {
          setView(next);
          props.onView?.(next);
        }}
        {...(props.onOpen === undefined ? {} : { onOpen: props.onOpen })}
        {...(props.onSelect === undefined ? {} : { onSelect: props.onSelect })}
      />
    </div>
  );
}

beforeEach(() => {
  // The grid lays out only what has a size; jsdom gives everything none.
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', {
    configurable: true,
    get: () => 800,
  });
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
    configurable: true,
    get: () => 400,
  });
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', {
    configurable: true,
    get: () => 800,
  });
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', {
    configurable: true,
    get: () => 400,
  });
});

async function cell(text: string): Promise<HTMLElement> {
  return waitFor(() => {
    const found = [...document.querySelectorAll<HTMLElement>('[role="gridcell"]')].find((one) =>
      one.textContent.includes(text),
    );
    if (found === undefined) throw new Error(`no cell with ${text}`);
    return found;
  });
}

describe('the grid', () => {
  it('is one named grid with figures right-aligned, signed, and their full precision on hover', async () => {
    renderInApp(<Harness />);
    const loss = await cell('−100.00');
    expect(loss.className).toContain('ek-cell-figure');
    expect(loss.textContent).toBe('▼ −100.00');
    expect(loss.querySelector('[title]')?.getAttribute('title') ?? loss.getAttribute('title')).toBe(
      '-99.999',
    );
    expect(await cell('n/a')).toBeDefined();
    expect(
      document.querySelector('.ag-root')?.getAttribute('aria-label') ??
        document.querySelector('[role="grid"], [role="treegrid"]')?.getAttribute('aria-label'),
    ).toBe('Lines');
  });

  it('says the side as a word', async () => {
    renderInApp(<Harness />);
    expect((await cell('Sell')).textContent).toBe('Sell');
  });

  it('adds up exactly what is shown', async () => {
    renderInApp(<Harness />);
    await cell('+1,134.50');
  });

  it('filters, says how many are left, and hands the filter to the address', async () => {
    const onView = vi.fn();
    renderInApp(<Harness onView={onView} />);
    await cell('Bond fund');
    await userEvent.type(screen.getByLabelText('Filter lines'), 'fund');
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('2 of 3 lines'));
    expect(onView).toHaveBeenLastCalledWith({ q: 'fund' });
    await userEvent.type(screen.getByLabelText('Filter lines'), 'xyz');
    await screen.findByText('No line matches the filter');
  });

  it('opens a row with Enter and selects it with Space', async () => {
    const onOpen = vi.fn();
    const onSelect = vi.fn();
    renderInApp(<Harness onOpen={onOpen} onSelect={onSelect} />);
    const target = await cell('Stock fund');
    target.focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(onOpen).toHaveBeenCalledWith(LINES[1]));
    fireEvent.keyDown(await cell('Stock fund'), { key: ' ', code: 'Space' });
    await waitFor(() => expect(onSelect).toHaveBeenLastCalledWith([LINES[1]]));
  });

  it('exports what is shown', async () => {
    const blobs: Blob[] = [];
    vi.stubGlobal(
      'URL',
      Object.assign(URL, {
        createObjectURL: (blob: Blob) => {
          blobs.push(blob);
          return 'blob:x';
        },
        revokeObjectURL: () => undefined,
      }),
    );
    renderInApp(<Harness />);
    await cell('Bond fund');
    await userEvent.click(
      within(screen.getByRole('region', { name: 'Lines' })).getByLabelText('Export lines as CSV'),
    );
    const text = await blobs[0]?.text();
    expect(text).toContain(
      'Bond fund,buy,1234.5\r\nStock fund,sell,-99.999\r\nGold,buy,\r\nTotal,,1134.501\r\n',
    );
  });
});
