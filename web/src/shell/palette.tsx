import { useMantineColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { runsQuery } from '../api/queries.ts';
import { RUN_STATES } from '../api/labels.ts';
import { DESTINATIONS } from './destinations.ts';

const RUNS_SHOWN = 8;

/** Ctrl/Cmd-K: screens, recent runs, and the look. */
export function Palette() {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { data: runs = [] } = useQuery(runsQuery);
  const actions: SpotlightActionData[] = [
    ...DESTINATIONS.map((destination) => ({
      id: destination.path,
      label: destination.title,
      description: destination.purpose,
      leftSection: <destination.icon />,
      onClick: () => void navigate({ to: destination.path }),
    })),
    ...runs.slice(0, RUNS_SHOWN).map((run) => ({
      id: run.runId,
      label: `Review run: ${run.reason}`,
      description: `${run.asOfDate} · ${RUN_STATES[run.state].text} · started by ${run.startedByName}`,
      onClick: () => void navigate({ to: '/review', search: { run: run.runId } }),
    })),
    ...(['light', 'dark', 'auto'] as const).map((scheme) => ({
      id: `scheme-${scheme}`,
      label: `Theme: ${scheme === 'auto' ? 'as the system' : scheme}`,
      onClick: () => setColorScheme(scheme),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound="Nothing found"
      highlightQuery
      styles={{ actionDescription: { opacity: 1, color: 'inherit' } }}
      scrollable
      overlayProps={{ blur: 0, backgroundOpacity: 0.45 }}
      maxHeight={420}
      searchProps={{ placeholder: 'Go to or do…', 'aria-label': 'Go to or do', size: 'sm' }}
    />
  );
}
