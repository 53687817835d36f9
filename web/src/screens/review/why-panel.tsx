/** Why this order: one sentence, then the numbers it rests on. */
import type { Order } from '../../../../src/api/contract/index.ts';
import { factName, factText } from '../../format/fact.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatMoney, formatPrice, formatQuantity } from '../../format/numbers.ts';
import { Facts, Section } from '../../ui/screen.tsx';
import { GainFigure } from '../../ui/value.tsx';

const REASON_TITLES: Readonly<Record<string, string>> = {
  DRIFT_CORRECTION: 'Drift fixed',
  NOT_IN_MODEL: 'Not in the model',
  CASH_INVESTED: 'Cash invested',
  CASH_RAISED: 'Cash raised',
  SUBSTITUTE: 'Substitute',
  LIMITED_BY: 'Binding constraint',
  LIMITED_BY_CASH: 'Limited by cash',
  ROUNDED: 'Rounding',
  LOTS_CHOSEN: 'Lots and tax',
  WASH_SALE_AVOIDED: 'Wash sale avoided',
  TRACKING_ERROR: 'Tracking error',
};

function Reasons(props: { readonly order: Order }) {
  return (
    <Section title="Reasons">
      <table className="ek-table">
        <thead className="ek-visually-hidden">
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Numbers</th>
          </tr>
        </thead>
        <tbody>
          {props.order.reasons.map((reason, i) => (
            <tr key={`${reason.code}${String(i)}`}>
              <th
                scope="row"
                style={{ whiteSpace: 'normal', width: 112, verticalAlign: 'top' }}
                title={reason.code}
              >
                {REASON_TITLES[reason.code] ?? factName(reason.code)}
              </th>
              <td>
                {reason.text}
                <div className="ek-dim" style={{ fontVariantNumeric: 'tabular-nums' }}>
                  {Object.entries(reason.facts)
                    .map(([name, value]) => `${factName(name)} ${factText(name, value)}`)
                    .join(' · ')}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Lots(props: { readonly order: Order }) {
  const { order } = props;
  if (order.lots.length === 0) return null;
  return (
    <Section title="Lots chosen">
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Acquired</th>
            <th scope="col">Term</th>
            <th scope="col" className="ek-figure">
              Shares
            </th>
            <th scope="col" className="ek-figure">
              Basis USD
            </th>
            <th scope="col" className="ek-figure">
              Gain USD
            </th>
          </tr>
        </thead>
        <tbody>
          {order.lots.map((lot) => (
            <tr key={lot.lotId} title={lot.lotId}>
              <td>{lot.acquiredDate}</td>
              <td>{lot.term === 'short' ? 'Short' : 'Long'}</td>
              <td className="ek-figure" title={lot.quantity}>
                {formatQuantity(lot.quantity)}
              </td>
              <td className="ek-figure" title={lot.costBasis}>
                {formatMoney(lot.costBasis)}
              </td>
              <td className="ek-figure">
                <GainFigure amount={lot.gain} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={2}>Total</td>
            <td className="ek-figure">
              {formatQuantity(sumDecimalTexts(order.lots.map((lot) => lot.quantity)))}
            </td>
            <td className="ek-figure">
              {formatMoney(sumDecimalTexts(order.lots.map((lot) => lot.costBasis)))}
            </td>
            <td className="ek-figure">
              <GainFigure amount={sumDecimalTexts(order.lots.map((lot) => lot.gain))} />
            </td>
          </tr>
        </tfoot>
      </table>
    </Section>
  );
}

function Decisions(props: { readonly order: Order }) {
  const { order } = props;
  const lines: string[] = [];
  if (order.quantity !== order.quantityProposed)
    lines.push(
      `Edited by ${order.editedBy ?? 'a person'}: proposed ${formatQuantity(order.quantityProposed)}, now ${formatQuantity(order.quantity)}.`,
    );
  if (order.hold !== null)
    lines.push(
      `Held by ${order.hold.heldBy}, ${formatInstant(order.hold.heldAt)} UTC: ${order.hold.reasonText}`,
    );
  for (const override of order.overrides)
    lines.push(
      `Rule ${override.ruleId} overridden by ${override.overriddenByName}, ${formatInstant(override.overriddenAt)} UTC (${override.reasonCode}): ${override.reasonText}`,
    );
  if (order.approval !== null)
    lines.push(
      `Approved by ${order.approval.approvedByName}, ${formatInstant(order.approval.approvedAt)} UTC: ${order.approval.reasonText}`,
    );
  if (lines.length === 0) return null;
  return (
    <Section title="Decisions of people">
      <ul style={{ margin: 0, paddingLeft: 18 }}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Section>
  );
}

/** What still stands before release: a verdict that blocks, or only a step that is to come. */
function Blocks(props: { readonly order: Order }) {
  const { order } = props;
  if (order.blockedBy.length === 0) return null;
  const tone =
    order.verdict === 'fail' ? 'bad' : order.verdict === 'couldNotCheck' ? 'unknown' : 'info';
  return (
    <div className="ek-banner" data-tone={tone}>
      <div>
        <p>
          <b>{tone === 'info' ? 'Before it can be released:' : 'Cannot go on to release:'}</b>
        </p>
        {order.blockedBy.map((reason) => (
          <p key={reason}>{reason}</p>
        ))}
      </div>
    </div>
  );
}

/** Everything about one order, reasons first. */
export function WhyPanel(props: { readonly order: Order }) {
  const { order } = props;
  return (
    <>
      <p style={{ margin: 0, fontSize: 14, lineHeight: 1.45 }} data-testid="why">
        {order.why}
      </p>
      {order.approvalVoided === null ? null : (
        <div className="ek-banner" data-tone="warn" role="status">
          <p>
            <b>Approval voided</b> {formatInstant(order.approvalVoided.at)} UTC:{' '}
            {order.approvalVoided.reasonText} It must be approved again.
          </p>
        </div>
      )}
      <Blocks order={order} />
      <Facts
        items={[
          [
            'Shares',
            <span key="q" title={order.quantity}>
              {formatQuantity(order.quantity)}
            </span>,
          ],
          ['Estimated price USD', formatPrice(order.estimatedPrice)],
          ['Estimated amount USD', formatMoney(order.estimatedAmount)],
          ['Estimated cost USD', formatMoney(order.estimatedCost)],
          order.side === 'sell'
            ? ['Short-term gain USD', <GainFigure key="s" amount={order.realizedShortTerm} />]
            : null,
          order.side === 'sell'
            ? ['Long-term gain USD', <GainFigure key="l" amount={order.realizedLongTerm} />]
            : null,
          order.averagePrice === null
            ? null
            : ['Average price USD', formatPrice(order.averagePrice)],
          order.allocatedQuantity === null
            ? null
            : ['Allocated shares', formatQuantity(order.allocatedQuantity)],
        ]}
      />
      <Reasons order={order} />
      <Lots order={order} />
      <Decisions order={order} />
      <p className="ek-dim ek-mono" style={{ margin: 0 }}>
        order {order.orderId} · facts {order.factsHash.slice(0, 12)} · version {order.version}
      </p>
    </>
  );
}
