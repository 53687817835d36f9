import { describe, expect, it } from 'vitest';
import type { GridColumn } from './column.ts';
import { gridCsv } from './export.ts';
import { filterText, parseFilter, parseGridView, parseSort, sortText } from './view-state.ts';

interface Line {
  readonly name: string;
  readonly amount: string | null;
}
const COLUMNS: readonly GridColumn<Line>[] = [
  { id: 'name', kind: 'text', header: 'Name', value: (line) => line.name },
  {
    id: 'amount',
    kind: 'money',
    header: 'Amount USD',
    value: (line) => line.amount,
    hasTotal: true,
  },
];

describe('the export of a grid', () => {
  it('writes exact figures and control totals that add up', () => {
    const text = gridCsv({
      columns: COLUMNS,
      rows: [
        { name: '@sum', amount: '0.10' },
        { name: 'b', amount: '0.20' },
        { name: 'c', amount: null },
      ],
      heading: [['As of', '2026-11-20']],
    });
    expect(text.split('\r\n').slice(0, -1)).toEqual([
      'As of,2026-11-20',
      'Rows,3',
      '',
      'Name,Amount USD',
      "'@sum,0.10",
      'b,0.20',
      'c,',
      'Total,0.30',
    ]);
  });
});

describe('a view in the address', () => {
  it('reads back what it writes', () => {
    const sort = [
      { colId: 'amount', sort: 'desc' as const },
      { colId: 'name', sort: 'asc' as const },
    ];
    expect(parseSort(sortText(sort))).toEqual(sort);
    const filter = { name: { filterType: 'text', type: 'contains', filter: 'x' } };
    expect(parseFilter(filterText(filter))).toEqual(filter);
  });

  it('takes what it cannot read for no view', () => {
    expect(parseSort('::,x:sideways')).toEqual([]);
    expect(parseFilter('{"name":')).toEqual({});
    expect(parseGridView({ sort: 4, q: '' })).toEqual({
      sort: undefined,
      filter: undefined,
      q: undefined,
    });
  });
});
