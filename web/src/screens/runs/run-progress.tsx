import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Run, RunAccount } from '../../../../src/api/contract/index.ts';
import { runAccountsQuery } from '../../api/queries.ts';
import { formatElapsed } from '../../format/dates.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Section } from '../../ui/screen.tsx';

const PHASES: Readonly<Record<Run['progress']['phase'], string>> = {
  queued: 'Waiting for a worker',
  snapshot: 'Taking the as-of snapshot',
  accounts: 'Computing accounts',
  compliance: 'Checking compliance',
  storing: 'Storing the proposal',
  done: 'Done',
};

/** `412 of 1,180 accounts`. */
export function progressText(run: Run): string {
  const { doneCount, totalCount } = run.progress;
  return `${formatCount(doneCount)} of ${plural(totalCount, 'account')}`;
}

function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}

export function ProgressMeter(props: { readonly run: Run }) {
  const { doneCount, totalCount } = props.run.progress;
  const percent =
    props.run.progress.phase === 'done' || totalCount === 0
      ? props.run.state === 'computing'
        ? 0
        : 100
      : Math.round((doneCount / totalCount) * 100);
  return (
    <div
      className="ek-meter"
      role="progressbar"
      aria-label="Accounts computed"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      data-tone={props.run.state === 'failed' ? 'bad' : 'ok'}
    >
      <i style={{ width: `${String(percent)}%` }} />
    </div>
  );
}

interface RefusalGroup {
  readonly code: string;
  readonly accounts: readonly RunAccount[];
}

/** Accounts that could not be computed, by the code of their first error. */
export function refusalGroups(accounts: readonly RunAccount[]): readonly RefusalGroup[] {
  const groups = new Map<string, RunAccount[]>();
  for (const account of accounts) {
    if (account.status !== 'refused') continue;
    const code = account.findings[0]?.code ?? 'UNKNOWN';
    const group = groups.get(code) ?? [];
    group.push(account);
    groups.set(code, group);
  }
  return [...groups].map(([code, group]) => ({ code, accounts: group }));
}

function Refusals(props: { readonly run: Run }) {
  const { data: accounts = [] } = useQuery({
    ...runAccountsQuery(props.run.runId),
    enabled: props.run.computedAt !== null,
  });
  const groups = refusalGroups(accounts);
  if (groups.length === 0) return null;
  return (
    <Section
      title={`${plural(accounts.filter((one) => one.status === 'refused').length, 'account')} could not be computed`}
    >
      {groups.map((group) => (
        <details key={group.code} style={{ marginBottom: 4 }}>
          <summary>
            <b>{plural(group.accounts.length, 'account')}</b>:{' '}
            {group.accounts[0]?.findings[0]?.message ?? ''}{' '}
            <span className="ek-mono">[{group.code}]</span>
          </summary>
          <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
            {group.accounts.map((account) => (
              <li key={account.accountId}>
                {account.householdName} · {account.accountName}:{' '}
                {account.findings.map((finding) => finding.message).join('; ')}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </Section>
  );
}

/** Where the run is, in words that a screen reader hears as they change. */
export function RunProgress(props: { readonly run: Run }) {
  const { run } = props;
  const isComputing = run.state === 'computing';
  const now = useNow(isComputing);
  const end = run.computedAt === null ? now : Date.parse(run.computedAt);
  const refused = run.totals?.refusedAccountCount ?? 0;
  return (
    <>
      <Section title="Progress">
        <ProgressMeter run={run} />
        <p role="status" aria-live="polite" style={{ margin: '6px 0 0' }}>
          <b>{progressText(run)}</b>
          {refused > 0 ? ` · ${formatCount(refused)} could not be computed` : ''} ·{' '}
          {isComputing
            ? PHASES[run.progress.phase]
            : run.state === 'failed'
              ? 'Failed'
              : 'Computed'}
          {' · '}
          {formatElapsed(end - Date.parse(run.startedAt))}
        </p>
      </Section>
      {run.failure === null ? null : (
        <div className="ek-banner" data-tone="bad" role="alert">
          <div>
            <p>
              <b>The run failed.</b> {run.failure.message}
            </p>
            <p className="ek-mono">
              {run.failure.code} · run {run.runId}
            </p>
          </div>
        </div>
      )}
      <Refusals run={run} />
      {run.findings.length === 0 ? null : (
        <Section title="Firm-level findings">
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {run.findings.map((finding) => (
              <li key={finding.code + finding.message}>
                {finding.message} <span className="ek-mono">[{finding.code}]</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {isComputing || run.state === 'failed' ? null : (
        <p style={{ margin: 0 }}>
          <Link to="/review" search={{ run: run.runId }}>
            Review the proposal
          </Link>
          {' · '}
          <Link to="/compliance" search={{ run: run.runId }}>
            Compliance
          </Link>
          {' · '}
          <Link to="/blotter" search={{ run: run.runId }}>
            Blotter
          </Link>
          {' · '}
          <Link to="/audit" search={{ run: run.runId }}>
            Audit trail
          </Link>
        </p>
      )}
    </>
  );
}
