/** What less tax would cost this account in tracking error: the choices beside the one proposed. */
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { AccountFrontier } from '../../../../src/api/contract/index.ts';
import { accountFrontierQuery } from '../../api/queries.ts';
import { formatStatisticPercent } from '../../format/numbers.ts';
import { Section } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';

// The chart library is the largest part of the bundle: it comes when the first sheet opens.
const FrontierChart = lazy(async () => ({
  default: (await import('../../charts/frontier-chart.tsx')).FrontierChart,
}));
const FrontierTable = lazy(async () => ({
  default: (await import('../../charts/frontier-chart.tsx')).FrontierTable,
}));

export function TaxFrontier(props: { readonly runId: string; readonly accountId: string }) {
  const query = useQuery(accountFrontierQuery(props.runId, props.accountId));
  const [look, setLook] = useState<string>('chart');
  return (
    <Section title="Tax against tracking error">
      {query.isPending ? (
        <LoadingState what="the choices" />
      ) : query.isError ? (
        <ErrorState error={query.error} />
      ) : query.data.points.length < 2 ? (
        <p>{noChoiceText(query.data)}</p>
      ) : (
        <>
          <SegmentedControl
            size="xs"
            aria-label="Show the choices as"
            data={[
              { label: 'Chart', value: 'chart' },
              { label: 'Table', value: 'table' },
            ]}
            value={look}
            onChange={setLook}
          />
          <Suspense fallback={<LoadingState what="the chart" />}>
            {look === 'chart' ? (
              <FrontierChart points={query.data.points} />
            ) : (
              <FrontierTable points={query.data.points} />
            )}
          </Suspense>
          <p className="ek-dim">
            Each point is the best answer for its weight on tax, with a proof of its own, before
            rounding to whole shares; losses count as no tax. {noTradeText(query.data.noTrade)}
          </p>
        </>
      )}
    </Section>
  );
}

function noChoiceText({ status }: AccountFrontier): string {
  return status === 'traced'
    ? 'No tax is at stake here: every choice within the limits realizes the same.'
    : 'The run found no answer for this account: see its messages.';
}

function noTradeText(noTrade: AccountFrontier['noTrade']): string {
  if (noTrade === null) return '';
  const error = formatStatisticPercent(noTrade.trackingError);
  return noTrade.isAllowed
    ? `Not trading at all would leave ${error}.`
    : `Not trading at all would leave ${error}, but the limits do not allow it.`;
}
