import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  Order,
  OverrideBody,
  RuleEvaluationView,
  Run,
} from '../../../../src/api/contract/index.ts';
import { overrideRule } from '../../api/commands.ts';
import { options, OVERRIDE_REASONS } from '../../api/labels.ts';
import { formatMoney, plural } from '../../format/numbers.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';

/**
 * Why this evaluation cannot be overridden by this person, or null when it can. The same answers come
 * from the server; here they keep the button from those who may not press it.
 */
export function overrideRefusal(
  evaluation: RuleEvaluationView,
  run: Run,
  orders: readonly Order[],
): string | null {
  if (evaluation.verdict === 'couldNotCheck')
    return 'Could not check has no override: it is cured by the missing data.';
  if (evaluation.verdict !== 'fail') return 'Nothing to override: it passes.';
  if (evaluation.isPassive)
    return 'A passive breach does not block: the orders neither cause nor worsen it.';
  if (evaluation.severity === 'hard') return 'A hard rule has no override.';
  if (evaluation.severity === 'warn') return 'A warning does not block.';
  if (orders.length === 0) return 'No order is linked to it.';
  if (!run.permittedActions.includes('override'))
    return 'Overriding needs the compliance role, and a person who did not propose the run.';
  const open = orders.filter((order) => !isOverridden(order, evaluation.ruleId));
  return open.length === 0 ? 'Already overridden on every linked order.' : null;
}

export function isOverridden(order: Order, ruleId: string): boolean {
  return order.overrides.some((override) => override.ruleId === ruleId);
}

/** One rule's evaluation and the orders it holds back. */
export interface OverrideItem {
  readonly evaluation: RuleEvaluationView;
  readonly orders: readonly Order[];
}

/**
 * One override per rule and order, each bound to the facts shown. An override changes the order's facts, so
 * the next rule on the same order goes by the answer to the one before.
 */
async function overrideAll(
  items: readonly OverrideItem[],
  reason: Pick<OverrideBody, 'reasonCode' | 'reasonText'>,
): Promise<void> {
  const hashes = new Map<string, string>();
  for (const { evaluation, orders } of items) {
    for (const order of orders) {
      const changed = await overrideRule(order.orderId, {
        ...reason,
        ruleId: evaluation.ruleId,
        factsHash: hashes.get(order.orderId) ?? order.factsHash,
      });
      hashes.set(order.orderId, changed.factsHash);
    }
  }
}

/** Overrides soft fails with a reason: of one evaluation, or of a selection. */
export function OverrideButton(props: { readonly items: readonly OverrideItem[] }) {
  const [isOpen, setIsOpen] = useState(false);
  const client = useQueryClient();
  const open = props.items
    .map(({ evaluation, orders }) => ({
      evaluation,
      orders: orders.filter((order) => !isOverridden(order, evaluation.ruleId)),
    }))
    .filter(({ orders }) => orders.length > 0);
  const orders = [
    ...new Map(open.flatMap((item) => item.orders).map((order) => [order.orderId, order])).values(),
  ];
  const titles = [...new Set(open.map(({ evaluation }) => evaluation.title))];
  const override = useMutation({
    mutationFn: (reason: Pick<OverrideBody, 'reasonCode' | 'reasonText'>) =>
      overrideAll(open, reason),
    onSuccess: () => {
      setIsOpen(false);
      notifications.show({
        title: 'Overridden',
        message: `${titles.join('; ')}: ${plural(orders.length, 'order')}`,
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['run'] }),
  });
  if (open.length === 0) return null;
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        Override for {plural(orders.length, 'order')}
      </Button>
      <ReasonDialog
        title="Override a soft fail"
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        confirmText={`Override for ${plural(orders.length, 'order')}`}
        codes={options(OVERRIDE_REASONS)}
        isPending={override.isPending}
        error={override.error}
        onConfirm={(reason) =>
          override.mutate({
            reasonCode: reason.reasonCode as OverrideBody['reasonCode'],
            reasonText: reason.reasonText,
          })
        }
      >
        <p style={{ margin: 0 }}>
          {plural(orders.length, 'order')} of{' '}
          {formatMoney(sumDecimalTexts(orders.map((order) => order.estimatedAmount)))} USD will pass{' '}
          {titles.length === 1 ? 'this rule' : 'these rules'}. Each override is bound to the facts
          shown; a change of the order voids it.
        </p>
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          {titles.map((title) => (
            <li key={title}>{title}</li>
          ))}
        </ul>
      </ReasonDialog>
    </>
  );
}
