import { useQuery } from '@tanstack/react-query';
import type { ApprovalInboxItem } from '../../../../src/api/contract/index.ts';
import { approvalsQuery } from '../../api/queries.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount, formatMoney, plural } from '../../format/numbers.ts';
import { useScreenSearch } from '../../shell/search.ts';
import { Screen } from '../../ui/screen.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/state.tsx';
import { ApprovalOrders } from './approval-orders.tsx';
import './approvals.css';

function InboxCard(props: {
  readonly item: ApprovalInboxItem;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  const { item } = props;
  return (
    <button
      type="button"
      className="ek-inbox-card"
      aria-pressed={props.isOpen}
      onClick={props.onOpen}
    >
      <b>{item.reason}</b>
      <span className="ek-dim">
        {item.submittedByName} · {formatInstant(item.submittedAt)} UTC
      </span>
      <span className="ek-inbox-figures">
        <span>
          <b>{formatCount(item.awaitingCount)}</b> waiting
        </span>
        <span>
          <b>{formatMoney(item.awaitingAmount)}</b> USD
        </span>
      </span>
      <span className="ek-dim">
        {plural(item.accountCount, 'account')} · {formatCount(item.approvedCount)} approved ·{' '}
        {formatCount(item.blockedCount)} blocked
        {item.voidedCount > 0 ? ` · ${formatCount(item.voidedCount)} voided, look again` : ''}
      </span>
      {item.submissionNote === null ? null : <span>“{item.submissionNote}”</span>}
    </button>
  );
}

export function ApprovalsScreen() {
  const [search, change] = useScreenSearch();
  const query = useQuery(approvalsQuery);
  const items = query.data ?? [];
  const opened = items.find((item) => item.runId === search.run) ?? items[0];
  return (
    <Screen
      title="Approvals"
      subtitle="What waits for a person other than the one who proposed it. Shift+A approves after a confirmation."
    >
      {query.data === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingState what="the inbox" />
        )
      ) : opened === undefined ? (
        <EmptyState title="Nothing waits for approval">
          Submitted proposals appear here, with who proposed them and what they amount to.
        </EmptyState>
      ) : (
        <div className="ek-split">
          <div className="ek-inbox" role="group" aria-label="Waiting runs">
            {items.map((item) => (
              <InboxCard
                key={item.runId}
                item={item}
                isOpen={item.runId === opened.runId}
                onOpen={() => change({ run: item.runId, order: undefined })}
              />
            ))}
          </div>
          <div className="ek-main-pane">
            <ApprovalOrders key={opened.runId} item={opened} />
          </div>
        </div>
      )}
    </Screen>
  );
}
