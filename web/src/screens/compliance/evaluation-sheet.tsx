import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type {
  Order,
  RuleEvaluationView,
  RuleView,
  Run,
} from '../../../../src/api/contract/index.ts';
import { SEVERITIES, VERDICTS } from '../../api/labels.ts';
import { rulesQuery, runOrdersQuery } from '../../api/queries.ts';
import { isDecimalText, toPixels } from '../../format/decimal-text.ts';
import { formatMoney, formatQuantity } from '../../format/numbers.ts';
import { Chip } from '../../ui/chip.tsx';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { ProblemBanner } from '../../ui/state.tsx';
import { SideWord } from '../../ui/value.tsx';
import { measuredFactOf, measureText } from './measure.ts';
import { isOverridden, OverrideButton, overrideRefusal } from './override-form.tsx';

/** How much of the limit is used: a bar, with the words beside it. */
function Utilization(props: { readonly evaluation: RuleEvaluationView }) {
  const { measured, limit, verdict } = props.evaluation;
  if (measured === null || limit === null || !isDecimalText(measured) || !isDecimalText(limit))
    return null;
  const share = toPixels(limit) === 0 ? null : Math.abs(toPixels(measured) / toPixels(limit));
  if (share === null || !Number.isFinite(share)) return null;
  const percent = Math.round(share * 100);
  return (
    <div style={{ display: 'flex', gap: 10, alignItems: 'center', marginTop: 6 }}>
      <div
        className="ek-meter"
        style={{ flex: 1 }}
        data-tone={verdict === 'fail' ? 'bad' : 'ok'}
        aria-hidden="true"
      >
        <i style={{ width: `${String(Math.min(100, percent))}%` }} />
      </div>
      <span className="ek-figure">{percent}% of the limit</span>
    </div>
  );
}

function LinkedOrders(props: { readonly orders: readonly Order[]; readonly ruleId: string }) {
  return (
    <Section title={`Linked orders (${String(props.orders.length)})`}>
      {props.orders.length === 0 ? (
        <p className="ek-dim" style={{ margin: 0 }}>
          None.
        </p>
      ) : (
        <table className="ek-table">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col" className="ek-figure">
                Shares
              </th>
              <th scope="col" className="ek-figure">
                Amount USD
              </th>
              <th scope="col">Override</th>
            </tr>
          </thead>
          <tbody>
            {props.orders.map((order) => (
              <tr key={order.orderId}>
                <td>
                  <SideWord side={order.side} />{' '}
                  <Link
                    to="/review"
                    search={{ run: order.runId, tab: 'orders', order: order.orderId }}
                  >
                    {order.symbol} · {order.accountName}
                  </Link>
                </td>
                <td className="ek-figure">{formatQuantity(order.quantity)}</td>
                <td className="ek-figure">{formatMoney(order.estimatedAmount)}</td>
                <td>{isOverridden(order, props.ruleId) ? 'Overridden' : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function RuleText(props: {
  readonly rule: RuleView | undefined;
  readonly evaluation: RuleEvaluationView;
  readonly error: Error | null;
}) {
  const { rule, evaluation } = props;
  return (
    <Section title="Rule">
      <Facts
        align="left"
        items={[
          ['Source', `${evaluation.source.document}, ${evaluation.source.clause}`],
          ['Rule', `${evaluation.ruleId} version ${String(evaluation.ruleVersion)}`],
          rule === undefined ? null : ['Scope', rule.scope],
          rule === undefined
            ? null
            : [
                'In force',
                `from ${rule.effectiveFrom}${rule.effectiveTo === null ? '' : ` to ${rule.effectiveTo}`}`,
              ],
        ]}
      />
      {props.error === null ? null : <ProblemBanner error={props.error} />}
      {rule === undefined ? null : (
        <pre className="ek-json" style={{ marginTop: 8 }} tabIndex={0} aria-label="Rule expression">
          {rule.expression}
        </pre>
      )}
    </Section>
  );
}

/** One evaluation: what the rule says, what was measured, against what, and for which orders. */
export function EvaluationSheet(props: {
  readonly evaluation: RuleEvaluationView;
  readonly subject: ReactNode;
  readonly run: Run;
  readonly onClose: () => void;
}) {
  const { evaluation, run } = props;
  const { data: rules = [], error: rulesError } = useQuery(rulesQuery);
  const { data: allOrders = [] } = useQuery(runOrdersQuery(run.runId));
  const rule = rules.find((one) => one.ruleId === evaluation.ruleId);
  const linked = new Set(evaluation.orderIds);
  const orders = allOrders.filter((order) => linked.has(order.orderId));
  const refusal = overrideRefusal(evaluation, run, orders);
  const verdict = VERDICTS[evaluation.verdict];
  const fact = measuredFactOf(rule?.expression);
  return (
    <Sheet
      isWide
      label="Rule evaluation"
      title={evaluation.title}
      subtitle={
        <>
          <Chip tone={verdict.tone}>{verdict.text}</Chip>{' '}
          <Chip tone={SEVERITIES[evaluation.severity].tone}>
            {SEVERITIES[evaluation.severity].text}
          </Chip>{' '}
          {props.subject}
        </>
      }
      onClose={props.onClose}
      footer={
        refusal === null ? (
          <OverrideButton items={[{ evaluation, orders }]} />
        ) : evaluation.verdict === 'pass' ? undefined : (
          <span className="ek-dim" data-testid="override-refusal">
            {refusal}
          </span>
        )
      }
    >
      {evaluation.couldNotCheckBecause === null ? null : (
        <div className="ek-banner" data-tone="unknown">
          <p>
            <b>Could not check:</b> {evaluation.couldNotCheckBecause}. It blocks like a fail until
            the data is there.
          </p>
        </div>
      )}
      {evaluation.isPassive ? (
        <div className="ek-banner" data-tone="info">
          <p>
            Passive breach: the market moved; these orders neither cause nor worsen it. It does not
            block.
          </p>
        </div>
      ) : null}
      <Section title="Measured against the limit">
        <Facts
          items={[
            ['Before the orders', measureText(evaluation.measuredBefore, fact)],
            [
              'After the orders',
              <b key="m" title={evaluation.measured ?? undefined}>
                {measureText(evaluation.measured, fact)}
              </b>,
            ],
            [
              'Limit',
              <span key="l" title={evaluation.limit ?? undefined}>
                {measureText(evaluation.limit, fact)}
              </span>,
            ],
            evaluation.measuredSubject === null ? null : ['Of', evaluation.measuredSubject],
          ]}
        />
        <Utilization evaluation={evaluation} />
      </Section>
      <RuleText rule={rule} evaluation={evaluation} error={rulesError} />
      <LinkedOrders orders={orders} ruleId={evaluation.ruleId} />
    </Sheet>
  );
}
