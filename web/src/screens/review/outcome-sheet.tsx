import { Button } from '@mantine/core';
import type { RunAccount } from '../../../../src/api/contract/index.ts';
import { triggerText } from '../../api/labels.ts';
import {
  formatMoney,
  formatStatistic,
  formatStatisticPercent,
  formatWeight,
  plural,
} from '../../format/numbers.ts';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { GainFigure } from '../../ui/value.tsx';
import { TaxFrontier } from './tax-frontier.tsx';

/** The gap is proved, not estimated: said before the figures that prove it. */
function proofText({ gap }: NonNullable<RunAccount['certificate']>): string {
  const points = Math.max(0, gap) * 1e4;
  const bound =
    points < 1e-6 ? 'a millionth of a basis point' : `${points.toPrecision(2)} basis points`;
  return `Proved before rounding to whole shares: nothing within the limits is better by more than ${bound} of the account, counting risk, costs and taxes together.`;
}

function Binding(props: { readonly account: RunAccount }) {
  const { account } = props;
  if (account.binding.length === 0 && account.conflict.length === 0) return null;
  return (
    <Section
      title={
        account.conflict.length > 0
          ? 'Constraints that cannot hold together'
          : 'Binding constraints'
      }
    >
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Constraint</th>
            <th scope="col" className="ek-figure">
              {account.conflict.length > 0 ? 'Cheapest relaxation' : 'Shadow price'}
            </th>
          </tr>
        </thead>
        <tbody>
          {account.conflict.map((item) => (
            <tr key={item.constraint}>
              <td>{item.text}</td>
              <td className="ek-figure">{formatStatistic(item.relaxation)}</td>
            </tr>
          ))}
          {account.binding.map((item) => (
            <tr key={item.constraint}>
              <td>{item.text}</td>
              <td className="ek-figure">{formatStatistic(item.shadowPrice)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Messages(props: { readonly account: RunAccount }) {
  const { account } = props;
  if (account.findings.length === 0) return null;
  return (
    <div className="ek-banner" data-tone={account.status === 'refused' ? 'unknown' : 'warn'}>
      <div>
        {account.status === 'refused' ? (
          <p>
            <b>Could not compute this account.</b>
          </p>
        ) : null}
        {account.findings.map((finding) => (
          <p key={finding.code + finding.message}>
            {finding.message} <span className="ek-mono">[{finding.code}]</span>
          </p>
        ))}
      </div>
    </div>
  );
}

function Triggers(props: { readonly account: RunAccount }) {
  const { triggers } = props.account;
  if (triggers.length === 0) return null;
  return (
    <Section title={`Why it was looked at (${plural(triggers.length, 'trigger')})`}>
      <ul style={{ margin: 0, paddingLeft: 18 }}>
        {triggers.map((trigger) => (
          <li key={triggerText(trigger)}>{triggerText(trigger)}</li>
        ))}
      </ul>
    </Section>
  );
}

/** What the run decided for one account, before and after. */
export function OutcomeSheet(props: {
  readonly runId: string;
  readonly account: RunAccount;
  readonly onClose: () => void;
  readonly onShowOrders: () => void;
}) {
  const { account } = props;
  const { driftBefore: before, driftAfter: after, certificate } = account;
  return (
    <Sheet
      label="Account outcome"
      title={account.accountName}
      subtitle={`${account.accountId} · ${account.householdName}`}
      onClose={props.onClose}
      footer={
        <Button variant="default" onClick={props.onShowOrders}>
          Show its {plural(account.orderCount, 'order')}
        </Button>
      }
    >
      <Messages account={account} />
      <Section title="Before → after">
        <Facts
          items={[
            [
              'Active share',
              `${formatWeight(before?.activeShare)} → ${formatWeight(after?.activeShare)}`,
            ],
            [
              'Worst drift',
              `${formatWeight(before?.absoluteMax)} ${before?.absoluteMaxSubject ?? ''} → ${formatWeight(after?.absoluteMax)} ${after?.absoluteMaxSubject ?? ''}`,
            ],
            [
              'Names out of band',
              `${String(before?.breaches.length ?? 'n/a')} → ${String(after?.breaches.length ?? 'n/a')}`,
            ],
            [
              'Tracking error, ex-ante, per year',
              `${formatStatisticPercent(account.trackingErrorBefore)} → ${formatStatisticPercent(account.trackingErrorAfter)}`,
            ],
            ['Cash USD', `${formatMoney(account.cashBefore)} → ${formatMoney(account.cashAfter)}`],
            ['Cash reserve USD', formatMoney(account.cashReserve)],
            account.driftAchieved === null
              ? null
              : ['Achieved active share', formatWeight(account.driftAchieved.activeShare)],
          ]}
        />
      </Section>
      <Section title="Cost">
        <Facts
          items={[
            ['Turnover, one-way', formatWeight(account.turnover)],
            ['Short-term gain USD', <GainFigure key="s" amount={account.realizedShortTerm} />],
            ['Long-term gain USD', <GainFigure key="l" amount={account.realizedLongTerm} />],
            [
              'Estimated tax USD',
              account.estimatedTax === null ? 'could not check' : formatMoney(account.estimatedTax),
            ],
            ['Estimated cost USD', formatMoney(account.estimatedCost)],
          ]}
        />
      </Section>
      {certificate === null ? null : (
        <TaxFrontier runId={props.runId} accountId={account.accountId} />
      )}
      {certificate === null ? null : (
        <Section title="Certificate">
          <p>{proofText(certificate)}</p>
          <Facts
            items={[
              ['Primal', formatStatistic(certificate.primal, 8)],
              ['Dual', formatStatistic(certificate.dual, 8)],
              ['Gap', formatStatistic(certificate.gap, 3)],
              ['Largest violation', formatStatistic(certificate.maxViolation, 3)],
            ]}
          />
        </Section>
      )}
      <Binding account={account} />
      <Triggers account={account} />
    </Sheet>
  );
}
