import { Button, Group, Modal, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BlockView, PlacementView } from '../../../../src/api/contract/index.ts';
import { cancelPlacement } from '../../api/commands.ts';
import { BLOCK_STATES, PLACEMENT_STATES } from '../../api/labels.ts';
import { formatInstant } from '../../format/dates.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';
import {
  formatBasisPoints,
  formatGain,
  formatMoney,
  formatPrice,
  formatQuantity,
} from '../../format/numbers.ts';
import { useCan } from '../../shell/session.ts';
import { Chip } from '../../ui/chip.tsx';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { ProblemBanner } from '../../ui/state.tsx';
import { SideWord } from '../../ui/value.tsx';
import { FillBar } from './fill-bar.tsx';

const EXECUTION_WORDS = { trade: 'Fill', tradeCorrect: 'Correction', tradeCancel: 'Bust' } as const;

function CancelButton(props: { readonly placement: PlacementView; readonly symbol: string }) {
  const { placement } = props;
  const [isOpen, setIsOpen] = useState(false);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelPlacement(placement.placementId),
    onSuccess: () => {
      setIsOpen(false);
      notifications.show({
        title: 'Cancel requested',
        message: 'The broker decides: fills that arrive before its answer still count.',
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['blocks'] }),
  });
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setIsOpen(true)}>
        Cancel order
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Cancel what is left of ${props.symbol}`}
        size={420}
        closeButtonProps={{ 'aria-label': 'Close the dialog' }}
      >
        <Stack gap="sm">
          <Facts
            items={[
              ['Filled', formatQuantity(placement.cumulativeQuantity)],
              ['To cancel', formatQuantity(placement.leavesQuantity)],
              ['Broker', placement.executingBroker],
            ]}
          />
          {cancel.error === null ? null : <ProblemBanner error={cancel.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setIsOpen(false)}>
              Keep it
            </Button>
            <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Request cancel
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function Executions(props: { readonly placement: PlacementView }) {
  const { executions } = props.placement;
  if (executions.length === 0)
    return (
      <p className="ek-dim" style={{ margin: '6px 0 0' }}>
        No fill yet.
      </p>
    );
  return (
    <table className="ek-table" style={{ marginTop: 6 }}>
      <thead>
        <tr>
          <th scope="col">Time UTC</th>
          <th scope="col">Kind</th>
          <th scope="col" className="ek-figure">
            Shares
          </th>
          <th scope="col" className="ek-figure">
            Price USD
          </th>
          <th scope="col" style={{ paddingLeft: 10 }}>
            Broker id
          </th>
        </tr>
      </thead>
      <tbody>
        {executions.map((execution) => (
          <tr key={execution.executionId}>
            <td>{formatInstant(execution.transactTime).slice(11)}</td>
            <td>{EXECUTION_WORDS[execution.executionType]}</td>
            <td className="ek-figure">{formatQuantity(execution.lastQuantity)}</td>
            <td className="ek-figure" title={execution.lastPrice}>
              {formatPrice(execution.lastPrice)}
            </td>
            <td className="ek-mono" style={{ paddingLeft: 10 }}>
              {execution.brokerExecutionId}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Placements(props: { readonly block: BlockView }) {
  const canCancel = useCan('placement.cancel');
  return (
    <Section title="Placements and fills">
      {props.block.placements.map((placement) => (
        <div key={placement.placementId} style={{ marginBottom: 12 }}>
          <div style={{ display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }}>
            <Chip tone={PLACEMENT_STATES[placement.status].tone}>
              {PLACEMENT_STATES[placement.status].text}
            </Chip>
            <b>{placement.executingBroker}</b>
            <span className="ek-mono ek-dim">
              {placement.clientOrderId}
              {placement.brokerOrderId === null ? '' : ` → ${placement.brokerOrderId}`}
            </span>
            <span style={{ marginLeft: 'auto' }}>
              {placement.canCancel && canCancel ? (
                <CancelButton placement={placement} symbol={props.block.symbol} />
              ) : null}
            </span>
          </div>
          {placement.text === null || placement.text === '' ? null : (
            <p style={{ margin: '4px 0 0' }}>Broker says: {placement.text}</p>
          )}
          <Executions placement={placement} />
        </div>
      ))}
    </Section>
  );
}

function Statement(props: { readonly block: BlockView }) {
  const { block } = props;
  return (
    <Section title="Allocation statement, written before the block was sent">
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="ek-figure">
              Ordered
            </th>
          </tr>
        </thead>
        <tbody>
          {block.statement.map((line) => (
            <tr key={line.orderId}>
              <td>{line.accountName}</td>
              <td className="ek-figure">{formatQuantity(line.quantity)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>Total</td>
            <td className="ek-figure">
              {formatQuantity(sumDecimalTexts(block.statement.map((line) => line.quantity)))}
            </td>
          </tr>
        </tfoot>
      </table>
    </Section>
  );
}

function Allocations(props: { readonly block: BlockView }) {
  const { allocations } = props.block;
  if (allocations.length === 0) return <Statement block={props.block} />;
  return (
    <Section title="Allocations at average price">
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="ek-figure">
              Ordered
            </th>
            <th scope="col" className="ek-figure">
              Allocated
            </th>
            <th scope="col" className="ek-figure">
              Net USD
            </th>
          </tr>
        </thead>
        <tbody>
          {allocations.map((line) => (
            <tr key={line.allocationId}>
              <td>{line.accountName}</td>
              <td className="ek-figure">{formatQuantity(line.orderedQuantity)}</td>
              <td className="ek-figure">{formatQuantity(line.quantity)}</td>
              <td
                className="ek-figure"
                title={`gross ${line.grossAmount}, commission ${line.commission}`}
              >
                {formatGain(line.netAmount)}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>Total</td>
            <td className="ek-figure">
              {formatQuantity(sumDecimalTexts(allocations.map((line) => line.orderedQuantity)))}
            </td>
            <td className="ek-figure">
              {formatQuantity(sumDecimalTexts(allocations.map((line) => line.quantity)))}
            </td>
            <td className="ek-figure">
              {formatGain(sumDecimalTexts(allocations.map((line) => line.netAmount)))}
            </td>
          </tr>
        </tfoot>
      </table>
    </Section>
  );
}

/** One block: what was sent, what came back, who gets it. */
export function BlockSheet(props: { readonly block: BlockView; readonly onClose: () => void }) {
  const { block } = props;
  const gross = sumDecimalTexts(block.allocations.map((line) => line.grossAmount));
  return (
    <Sheet
      isWide
      label="Block details"
      title={
        <>
          <SideWord side={block.side} /> {block.symbol} · {block.instrumentName}
        </>
      }
      subtitle={
        <>
          <Chip tone={BLOCK_STATES[block.state].tone}>{BLOCK_STATES[block.state].text}</Chip>{' '}
          {block.orderType}, {block.timeInForce}, trade date {block.tradeDate}
        </>
      }
      onClose={props.onClose}
    >
      <FillBar filled={block.cumulativeQuantity} total={block.orderQuantity} />
      <Facts
        items={[
          [
            'Average price USD',
            <span key="a" title={block.averagePrice ?? undefined}>
              {formatPrice(block.averagePrice)}
            </span>,
          ],
          ['Arrival price USD', formatPrice(block.arrivalPrice)],
          ['Slippage, basis points (positive = cost)', formatBasisPoints(block.slippageBps)],
          ['Leaves', formatQuantity(block.leavesQuantity)],
          block.allocations.length === 0 ? null : ['Gross USD', formatMoney(gross)],
        ]}
      />
      <Placements block={block} />
      <Allocations block={block} />
    </Sheet>
  );
}
