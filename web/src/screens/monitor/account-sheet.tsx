import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { AccountLine, AccountView } from '../../../../src/api/contract/index.ts';
import { TAX_STATUSES, triggerText } from '../../api/labels.ts';
import { accountQuery } from '../../api/queries.ts';
import type { BandRow } from '../../charts/band-chart.tsx';
import { compareDecimalText, subtractDecimalText } from '../../format/decimal-text.ts';
import { formatMoney, formatQuantity, formatWeight, plural } from '../../format/numbers.ts';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { GainFigure } from '../../ui/value.tsx';

// The chart library is the largest part of the bundle: it comes when the first sheet opens.
const BandChart = lazy(async () => ({
  default: (await import('../../charts/band-chart.tsx')).BandChart,
}));
const BandTable = lazy(async () => ({
  default: (await import('../../charts/band-chart.tsx')).BandTable,
}));

function distance(row: BandRow): string {
  const difference = subtractDecimalText(row.weight, row.targetWeight);
  return difference.startsWith('-') ? difference.slice(1) : difference;
}

/** Lines with a target as rows of the chart, and cash beside them; farthest from target first. */
export function bandRows(account: AccountView): readonly BandRow[] {
  const rows: BandRow[] = account.lines.flatMap((line) =>
    line.weight === null || line.targetWeight === null
      ? []
      : [
          {
            name: line.symbol,
            weight: line.weight,
            targetWeight: line.targetWeight,
            lowerWeight: line.bandLowerWeight ?? line.targetWeight,
            upperWeight: line.bandUpperWeight ?? line.targetWeight,
            isOutOfBand: line.isOutOfBand,
          },
        ],
  );
  if (account.cashWeight !== null && account.cashTargetWeight !== null) {
    rows.push({
      name: 'Cash',
      weight: account.cashWeight,
      targetWeight: account.cashTargetWeight,
      lowerWeight: account.cashTargetWeight,
      upperWeight: account.cashTargetWeight,
      isOutOfBand:
        account.monitor?.tiles.some((tile) => tile === 'cashHigh' || tile === 'cashLow') ?? false,
    });
  }
  return rows.toSorted((a, b) => compareDecimalText(distance(b), distance(a)));
}

function Bands(props: { readonly account: AccountView }) {
  const [look, setLook] = useState<'chart' | 'table'>('chart');
  const rows = useMemo(() => bandRows(props.account), [props.account]);
  return (
    <Section title="Current, target and band">
      <div
        style={{ display: 'flex', alignItems: 'center', gap: 10, marginBottom: 6, fontSize: 12 }}
      >
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={look}
          onChange={(value) => setLook(value === 'table' ? 'table' : 'chart')}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
        />
        <span className="ek-dim">bar current · line target · shade band · striped: outside</span>
      </div>
      <Suspense fallback={<LoadingState what="the chart" />}>
        {look === 'chart' ? <BandChart rows={rows} /> : <BandTable rows={rows} />}
      </Suspense>
    </Section>
  );
}

function Holding(props: { readonly line: AccountLine }) {
  const { line } = props;
  return (
    <>
      <tr>
        <th scope="row" title={line.name}>
          {line.symbol}
        </th>
        <td className="ek-figure">{formatQuantity(line.quantity)}</td>
        <td className="ek-figure">{formatMoney(line.marketValue)}</td>
        <td className="ek-dim">{line.path.join(' › ') || 'not in model'}</td>
      </tr>
      {line.limits.map((limit) => (
        <tr key={`${limit.kind}${limit.text}`}>
          <td />
          <td colSpan={3}>{limit.text}</td>
        </tr>
      ))}
      {line.lots.map((lot) => (
        <tr key={lot.lotId} className="ek-dim">
          <td>{lot.acquiredDate}</td>
          <td className="ek-figure">{formatQuantity(lot.quantity)}</td>
          <td className="ek-figure">
            <GainFigure amount={lot.unrealizedGain} />
          </td>
          <td>{lot.term === 'short' ? 'short-term lot' : 'long-term lot'}</td>
        </tr>
      ))}
    </>
  );
}

function Details(props: { readonly account: AccountView }) {
  const { account } = props;
  const triggers = account.monitor?.triggers ?? [];
  return (
    <>
      {account.findings.length === 0 ? null : (
        <div className="ek-banner" data-tone="unknown">
          <div>
            <p>
              <b>Unable to check</b>
            </p>
            {account.findings.map((finding) => (
              <p key={finding.code + finding.message}>
                {finding.message} <span className="ek-mono">[{finding.code}]</span>
              </p>
            ))}
          </div>
        </div>
      )}
      <Section title="Account">
        <Facts
          items={[
            ['Value', formatMoney(account.planningTotal)],
            [
              'Cash · reserve',
              `${formatMoney(account.cash)} · ${formatMoney(account.cashReserve)}`,
            ],
            [
              'Cash weight · target',
              `${formatWeight(account.cashWeight)} · ${formatWeight(account.cashTargetWeight)}`,
            ],
            account.drift === null
              ? null
              : [
                  'Worst drift',
                  `${formatWeight(account.drift.absoluteMax)} of ${account.drift.absoluteMaxSubject ?? 'no name'}`,
                ],
            account.drift === null
              ? null
              : ['Active share', formatWeight(account.drift.activeShare)],
          ]}
        />
      </Section>
      <Bands account={account} />
      {triggers.length === 0 ? null : (
        <Section title="Triggers">
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {triggers.map((trigger) => (
              <li key={triggerText(trigger)}>{triggerText(trigger)}</li>
            ))}
          </ul>
        </Section>
      )}
      {account.restrictions.length === 0 ? null : (
        <Section title="Restrictions">
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {account.restrictions.map((item) => (
              <li key={item.restrictionId}>
                {item.kind} {item.scope} {item.subject}
                {item.value === null ? '' : ` ${item.value}`}
                {item.reason === null ? '' : `: ${item.reason}`}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={`Holdings and lots (${plural(account.lines.length, 'name')})`}>
        <table className="ek-table">
          <thead>
            <tr>
              <th scope="col">Name · acquired</th>
              <th scope="col" className="ek-figure">
                Shares
              </th>
              <th scope="col" className="ek-figure">
                Value · gain
              </th>
              <th scope="col">Target from</th>
            </tr>
          </thead>
          <tbody>
            {account.lines.map((line) => (
              <Holding key={line.symbol} line={line} />
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}

/** One account opened down to its lots. */
export function AccountSheet(props: { readonly accountId: string; readonly onClose: () => void }) {
  const query = useQuery(accountQuery(props.accountId));
  const account = query.data;
  return (
    <Sheet
      label="Account details"
      title={account?.accountName ?? props.accountId}
      subtitle={
        account === undefined
          ? undefined
          : `${account.accountId} · ${account.householdName} · ${TAX_STATUSES[account.taxStatus].text} · ${account.modelId ?? 'no model'} · as of ${account.asOfDate}`
      }
      onClose={props.onClose}
    >
      {query.error !== null ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : account === undefined ? (
        <LoadingState what="the account" />
      ) : (
        <Details account={account} />
      )}
    </Sheet>
  );
}
