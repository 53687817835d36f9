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

/** One override per linked order, each bound to the facts shown. */
export function OverrideButton(props: {
  readonly evaluation: RuleEvaluationView;
  readonly orders: readonly Order[];
}) {
  const { evaluation } = props;
  const [isOpen, setIsOpen] = useState(false);
  const client = useQueryClient();
  const open = props.orders.filter((order) => !isOverridden(order, evaluation.ruleId));
  const override = useMutation({
    mutationFn: async (reason: Pick<OverrideBody, 'reasonCode' | 'reasonText'>) => {
      for (const order of open) {
        await overrideRule(order.orderId, {
          ...reason,
          ruleId: evaluation.ruleId,
          factsHash: order.factsHash,
        });
      }
    },
    onSuccess: () => {
      setIsOpen(false);
      notifications.show({
        title: 'Overridden',
        message: `${evaluation.title}: ${plural(open.length, 'order')}`,
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['run'] }),
  });
  return (
    <>
      <Button color="orange" variant="default" onClick={() => setIsOpen(true)}>
        Override for {plural(open.length, 'order')}
      </Button>
      <ReasonDialog
        title={`Override: ${evaluation.title}`}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        confirmText={`Override ${plural(open.length, 'order')}`}
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
          {plural(open.length, 'order')} of{' '}
          {formatMoney(sumDecimalTexts(open.map((order) => order.estimatedAmount)))} USD will pass
          this rule. The override is bound to the facts shown; a change of the order voids it.
        </p>
      </ReasonDialog>
    </>
  );
}
