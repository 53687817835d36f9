import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HoldBody, Order, OrderPatchBody, Run } from '../../../../src/api/contract/index.ts';
import { editOrder, holdOrder, liftHold } from '../../api/commands.ts';
import { EDIT_REASONS, HOLD_REASONS, options } from '../../api/labels.ts';
import { compareDecimalText, isDecimalText } from '../../format/decimal-text.ts';
import { formatQuantity } from '../../format/numbers.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';

/** Edits end when an order has left the house. */
function isEditable(order: Order): boolean {
  return ['proposed', 'held', 'submitted', 'approved', 'declined'].includes(order.state);
}

function useOrderChange(order: Order, done: string) {
  const client = useQueryClient();
  return {
    onSuccess: async (changed: Order) => {
      await client.invalidateQueries({ queryKey: ['run', order.runId] });
      await client.invalidateQueries({ queryKey: ['approvals'] });
      notifications.show({
        title: done,
        message:
          order.approval !== null && changed.approval === null
            ? 'Its approval is void: another person must approve it again.'
            : `${order.symbol} in ${order.accountName}`,
      });
    },
  };
}

function EditDialog(props: {
  readonly order: Order;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { order } = props;
  const [quantity, setQuantity] = useState(order.quantity);
  const shared = useOrderChange(order, 'Quantity changed');
  const edit = useMutation({
    mutationFn: (body: OrderPatchBody) => editOrder(order, body),
    onSuccess: async (changed) => {
      props.onClose();
      await shared.onSuccess(changed);
    },
  });
  const text = quantity.trim().replaceAll(',', '');
  const isValid = isDecimalText(text) && compareDecimalText(text, '0') > 0;
  return (
    <ReasonDialog
      title={`Edit ${order.side} of ${order.symbol}`}
      isOpen={props.isOpen}
      onClose={props.onClose}
      confirmText="Change quantity"
      codes={options(EDIT_REASONS)}
      isPending={edit.isPending}
      error={edit.error}
      canConfirm={isValid && compareDecimalText(text, order.quantity) !== 0}
      onConfirm={(reason) =>
        edit.mutate({
          quantity: text,
          reasonCode: reason.reasonCode as OrderPatchBody['reasonCode'],
          reasonText: reason.reasonText,
        })
      }
    >
      <TextInput
        label="Shares"
        description={`Proposed ${formatQuantity(order.quantityProposed)}. Compliance is checked again.`}
        value={quantity}
        inputMode="decimal"
        error={isValid ? null : 'A number of shares above zero'}
        onChange={(event) => setQuantity(event.currentTarget.value)}
        styles={{ input: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' } }}
      />
      {order.approval === null ? null : (
        <div className="ek-banner" data-tone="warn" role="status">
          <p>
            This order is approved by {order.approval.approvedByName}. A change voids the approval;
            a person other than you must approve it again.
          </p>
        </div>
      )}
    </ReasonDialog>
  );
}

function HoldDialog(props: {
  readonly order: Order;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { order } = props;
  const shared = useOrderChange(order, 'Order held');
  const hold = useMutation({
    mutationFn: (body: HoldBody) => holdOrder(order, body),
    onSuccess: async (changed) => {
      props.onClose();
      await shared.onSuccess(changed);
    },
  });
  return (
    <ReasonDialog
      title={`Hold ${order.side} of ${order.symbol}`}
      isOpen={props.isOpen}
      onClose={props.onClose}
      confirmText="Hold"
      codes={options(HOLD_REASONS)}
      isPending={hold.isPending}
      error={hold.error}
      onConfirm={(reason) =>
        hold.mutate({
          reasonCode: reason.reasonCode as HoldBody['reasonCode'],
          reasonText: reason.reasonText,
        })
      }
    >
      <p style={{ margin: 0 }}>A held order stays in the proposal and is not released.</p>
    </ReasonDialog>
  );
}

/** Edit, hold and lift, as far as the person may. */
export function OrderActions(props: { readonly order: Order; readonly run: Run }) {
  const { order, run } = props;
  const [open, setOpen] = useState<'edit' | 'hold' | null>(null);
  const shared = useOrderChange(order, 'Hold lifted');
  const lift = useMutation({ mutationFn: () => liftHold(order), onSuccess: shared.onSuccess });
  const close = (): void => setOpen(null);
  if (!isEditable(order)) return <span className="ek-dim">This order has been released.</span>;
  return (
    <>
      {run.permittedActions.includes('hold') ? (
        order.hold === null ? (
          <Button variant="default" onClick={() => setOpen('hold')}>
            Hold
          </Button>
        ) : (
          <Button variant="default" loading={lift.isPending} onClick={() => lift.mutate()}>
            Lift the hold
          </Button>
        )
      ) : null}
      {run.permittedActions.includes('edit') ? (
        <Button variant="default" onClick={() => setOpen('edit')}>
          Edit quantity
        </Button>
      ) : null}
      <EditDialog
        key={`edit${order.etag}`}
        order={order}
        isOpen={open === 'edit'}
        onClose={close}
      />
      <HoldDialog
        key={`hold${order.etag}`}
        order={order}
        isOpen={open === 'hold'}
        onClose={close}
      />
    </>
  );
}
