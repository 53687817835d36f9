import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { RUN_STATES } from '../api/labels.ts';
import { runsQuery } from '../api/queries.ts';
import { useScreenSearch } from '../shell/search.ts';

/**
 * The run a screen is about: the one in the address, else the newest.
 * @returns null while unknown or when there is none
 */
export function useRunId(): string | null {
  const [search] = useScreenSearch();
  const { data: runs } = useQuery(runsQuery);
  return search.run ?? runs?.[0]?.runId ?? null;
}

/** Chooses the run; `allText` adds a first choice for all of them. */
export function RunPicker(props: { readonly allText?: string }) {
  const [search, change] = useScreenSearch();
  const { data: runs = [] } = useQuery(runsQuery);
  const newest = props.allText === undefined ? (runs[0]?.runId ?? null) : '';
  return (
    <Select
      aria-label="Run"
      placeholder="Run"
      w={390}
      searchable
      value={search.run ?? newest}
      onChange={(runId) =>
        change({
          run: runId === null || runId === '' ? undefined : runId,
          account: undefined,
          order: undefined,
          block: undefined,
          evaluation: undefined,
        })
      }
      data={[
        ...(props.allText === undefined ? [] : [{ value: '', label: props.allText }]),
        ...runs.map((run) => ({
          value: run.runId,
          label: `${run.reason} · ${run.startedAt.slice(0, 10)} ${run.startedAt.slice(11, 16)} · ${RUN_STATES[run.state].text}`,
        })),
      ]}
    />
  );
}
