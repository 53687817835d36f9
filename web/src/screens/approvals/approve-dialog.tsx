import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalInboxItem, Order } from '../../../../src/api/contract/index.ts';
import { approveOrders, declineOrders } from '../../api/commands.ts';
import { compareDecimalText } from '../../format/decimal-text.ts';
import { formatMoney, plural } from '../../format/numbers.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { Facts } from '../../ui/screen.tsx';
import { approvalBody, approvalGuard } from './approval-guard.ts';

/** Above this the count is typed back before the approval is sent. */
const TYPED_BACK_ABOVE_USD = '10000000';

interface DialogProps {
  readonly item: ApprovalInboxItem;
  /** What is selected, or all when nothing is. */
  readonly orders: readonly Order[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function RefusedDialog(props: DialogProps & { readonly title: string; readonly reason: string }) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      size={460}
      closeButtonProps={{ 'aria-label': 'Close the dialog' }}
    >
      <Stack gap="sm">
        <div className="ek-banner" data-tone="bad" role="alert">
          <p>{props.reason}</p>
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Approve: count and notional are confirmed; the maker is told plainly that it cannot be them. */
export function ApproveDialog(props: DialogProps) {
  const { item } = props;
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const guard = approvalGuard(item, props.orders);
  const approve = useMutation({
    mutationFn: (reasonText: string) =>
      approveOrders(
        item.runId,
        approvalBody(guard.kind === 'ready' ? guard.orders : [], reasonText),
      ),
    onSuccess: (outcome) => {
      props.onClose();
      notifications.show({
        title: `Approved ${plural(outcome.approvedOrderIds.length, 'order')}`,
        color: outcome.refused.length > 0 ? 'orange' : 'teal',
        message:
          outcome.refused.length === 0
            ? 'The run can be released when nothing else waits.'
            : `${plural(outcome.refused.length, 'order')} refused: ${outcome.refused[0]?.message ?? ''}`,
      });
    },
    onSettled: () => client.invalidateQueries(),
  });
  if (guard.kind === 'refused')
    return <RefusedDialog {...props} title="You cannot approve this" reason={guard.reason} />;
  if (guard.kind === 'nothing')
    return <RefusedDialog {...props} title="Nothing to approve" reason={guard.reason} />;
  const count = String(guard.orders.length);
  const asksBack = compareDecimalText(guard.notional, TYPED_BACK_ABOVE_USD) > 0;
  return (
    <ReasonDialog
      title="Approve orders"
      isOpen={props.isOpen}
      onClose={props.onClose}
      confirmText={`Approve ${plural(guard.orders.length, 'order')}`}
      isPending={approve.isPending}
      error={approve.error}
      canConfirm={!asksBack || typed.trim() === count}
      onConfirm={(reason) => approve.mutate(reason.reasonText)}
    >
      <Facts
        items={[
          ['Orders', count],
          ['Total notional USD', <b key="n">{formatMoney(guard.notional)}</b>],
          ['Proposed by', item.submittedByName],
          guard.leftOut.length === 0
            ? null
            : ['Left out, blocked or not submitted', String(guard.leftOut.length)],
        ]}
      />
      {asksBack ? (
        <TextInput
          label={`Type the number of orders (${count}) to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
    </ReasonDialog>
  );
}

/** Decline: back to the proposer, with the reason. */
export function DeclineDialog(props: DialogProps) {
  const { item } = props;
  const client = useQueryClient();
  const decline = useMutation({
    mutationFn: (reasonText: string) =>
      declineOrders(item.runId, {
        orderIds: props.orders.map((order) => order.orderId),
        reasonText,
      }),
    onSuccess: () => {
      props.onClose();
      notifications.show({
        title: 'Declined',
        message: `${plural(props.orders.length, 'order')} will not be sent.`,
      });
    },
    onSettled: () => client.invalidateQueries(),
  });
  if (!item.canApprove)
    return (
      <RefusedDialog
        {...props}
        title="You cannot decide on this"
        reason={item.cannotApproveBecause ?? 'You may not decide on this run.'}
      />
    );
  return (
    <ReasonDialog
      title="Decline orders"
      isOpen={props.isOpen}
      onClose={props.onClose}
      confirmText={`Decline ${plural(props.orders.length, 'order')}`}
      confirmColor="red"
      isPending={decline.isPending}
      error={decline.error}
      canConfirm={props.orders.length > 0}
      onConfirm={(reason) => decline.mutate(reason.reasonText)}
    >
      <p style={{ margin: 0 }}>{plural(props.orders.length, 'order')} will not be sent.</p>
    </ReasonDialog>
  );
}
