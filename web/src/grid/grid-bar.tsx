import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { DownloadIcon, SearchIcon } from '../ui/icons.tsx';

/** Above every grid: quick filter, how many rows are shown, the screen's own tools, the export. */
export function GridBar(props: {
  readonly label: string;
  readonly hasFilter: boolean;
  readonly quickFilter: string;
  readonly onQuickFilter: (text: string) => void;
  readonly count: string;
  readonly tools: ReactNode;
  readonly onExport: () => void;
}) {
  const name = props.label.toLowerCase();
  return (
    <div className="ek-grid-bar">
      {props.hasFilter ? (
        <TextInput
          aria-label={`Filter ${name}`}
          placeholder="Filter"
          value={props.quickFilter}
          onChange={(event) => props.onQuickFilter(event.currentTarget.value)}
          leftSection={<SearchIcon />}
          rightSection={
            <kbd className="ek-kbd" aria-hidden="true">
              /
            </kbd>
          }
          data-page-filter="true"
          w={210}
        />
      ) : null}
      <span className="ek-grid-count" role="status">
        {props.count}
      </span>
      <div className="ek-grid-tools">
        {props.tools}
        <Tooltip label="Export what is shown as CSV">
          <ActionIcon
            variant="default"
            aria-label={`Export ${name} as CSV`}
            onClick={props.onExport}
          >
            <DownloadIcon />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}
