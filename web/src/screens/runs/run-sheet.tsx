import { useQuery } from '@tanstack/react-query';
import type { Run } from '../../../../src/api/contract/index.ts';
import { KINDS, RUN_STATES } from '../../api/labels.ts';
import { runQuery } from '../../api/queries.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount, formatMoney, formatWeight } from '../../format/numbers.ts';
import { Chip } from '../../ui/chip.tsx';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { GainFigure } from '../../ui/value.tsx';
import { RunProgress } from './run-progress.tsx';

function Outcome(props: { readonly run: Run }) {
  const { totals, orderCounts: counts } = props.run;
  if (totals === null) return null;
  return (
    <>
      <Section title="Outcome">
        <Facts
          items={[
            ['Accounts with orders', formatCount(totals.proposedAccountCount)],
            ['Accounts with nothing to do', formatCount(totals.unchangedAccountCount)],
            ['Could not be computed', formatCount(totals.refusedAccountCount)],
            [
              'Orders · suppressed',
              `${formatCount(totals.orderCount)} · ${formatCount(totals.suppressedCount)}`,
            ],
            ['Buys USD', formatMoney(totals.buyAmount)],
            ['Sells USD', formatMoney(totals.sellAmount)],
            ['Short-term gain USD', <GainFigure key="short" amount={totals.realizedShortTerm} />],
            ['Long-term gain USD', <GainFigure key="long" amount={totals.realizedLongTerm} />],
            [
              'Estimated tax USD',
              totals.estimatedTax === null ? 'could not check' : formatMoney(totals.estimatedTax),
            ],
            ['Estimated cost USD', formatMoney(totals.estimatedCost)],
            [
              'Active share before → after',
              `${formatWeight(totals.activeShareBefore)} → ${formatWeight(totals.activeShareAfter)}`,
            ],
            totals.activeShareAchieved === null
              ? null
              : ['Achieved, from the books', formatWeight(totals.activeShareAchieved)],
          ]}
        />
      </Section>
      <Section title="Orders">
        <Facts
          items={[
            ['Pass', formatCount(counts.pass)],
            ['Fail', formatCount(counts.fail)],
            ['Could not check', formatCount(counts.couldNotCheck)],
            ['Blocked now', formatCount(counts.blocked)],
            ['Held', formatCount(counts.held)],
            ['Awaiting approval', formatCount(counts.submitted)],
            ['Approved', formatCount(counts.approved)],
            ['Released', formatCount(counts.released)],
            [
              'Executed · allocated',
              `${formatCount(counts.executed)} · ${formatCount(counts.allocated)}`,
            ],
          ]}
        />
      </Section>
    </>
  );
}

function Evidence(props: { readonly run: Run }) {
  const { run } = props;
  const hash = (text: string | null) =>
    text === null ? (
      'n/a'
    ) : (
      <span className="ek-mono" title={text}>
        {text.slice(0, 16)}…
      </span>
    );
  return (
    <Section title="Evidence">
      <Facts
        items={[
          ['Started by', `${run.startedByName}, ${formatInstant(run.startedAt)} UTC`],
          run.submittedAt === null
            ? null
            : [
                'Submitted by',
                `${run.submittedByName ?? ''}, ${formatInstant(run.submittedAt)} UTC`,
              ],
          run.releasedAt === null ? null : ['Released', `${formatInstant(run.releasedAt)} UTC`],
          ['As of', run.asOfDate],
          ['Snapshot', hash(run.snapshotHash)],
          ['Result', hash(run.resultHash)],
          ['Compliance report', hash(run.reportHash)],
          ['Engine', run.engineVersion ?? 'n/a'],
          [
            'Run id',
            <span key="id" className="ek-mono">
              {run.runId}
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

export function RunSheet(props: { readonly runId: string; readonly onClose: () => void }) {
  const query = useQuery({
    ...runQuery(props.runId),
    // The stream brings progress; this catches what it missed while the link was down.
    refetchInterval: (known) => (known.state.data?.state === 'computing' ? 2000 : false),
  });
  const run = query.data;
  return (
    <Sheet
      label="Run details"
      title={run?.reason ?? props.runId}
      subtitle={
        run === undefined ? undefined : (
          <>
            <Chip tone={RUN_STATES[run.state].tone}>{RUN_STATES[run.state].text}</Chip>{' '}
            {KINDS[run.rebalanceKind].text} · {run.asOfDate}
          </>
        )
      }
      onClose={props.onClose}
    >
      {run !== undefined ? (
        <>
          <RunProgress run={run} />
          <Outcome run={run} />
          <Evidence run={run} />
        </>
      ) : query.error !== null ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <LoadingState what="the run" />
      )}
    </Sheet>
  );
}
