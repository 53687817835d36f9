import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import type { RebalanceKindView, RunBody } from '../../../../src/api/contract/index.ts';
import { newIdempotencyKey } from '../../api/client.ts';
import { startRun } from '../../api/commands.ts';
import { KINDS } from '../../api/labels.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { ProblemBanner } from '../../ui/state.tsx';

const REASON_LENGTH_MIN = 3;

interface Values {
  rebalanceKind: RebalanceKindView;
  selection: RunBody['selection'];
  reason: string;
}

export interface StartRunDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly accountIds: readonly string[];
  readonly triggeredCount: number;
  readonly accountCount: number;
}

/** Kind first, then which accounts, then why. */
export function StartRunDialog(props: StartRunDialogProps) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Start a rebalance"
      size={520}
      closeButtonProps={{ 'aria-label': 'Close start a rebalance' }}
    >
      {props.isOpen ? <StartRunForm {...props} /> : null}
    </Modal>
  );
}

function StartRunForm(props: StartRunDialogProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  // One key per opened dialog: a double click or a retry after a lost answer starts one run.
  const key = useRef(newIdempotencyKey());
  const form = useForm<Values>({
    initialValues: {
      rebalanceKind: 'full',
      selection: props.accountIds.length > 0 ? 'listed' : 'triggered',
      reason: '',
    },
    validate: {
      reason: (reason) =>
        reason.trim().length < REASON_LENGTH_MIN ? 'Say why in at least 3 characters' : null,
    },
  });
  const start = useMutation({
    mutationFn: (values: Values) =>
      startRun(
        {
          rebalanceKind: values.rebalanceKind,
          reason: values.reason.trim(),
          selection: values.selection,
          ...(values.selection === 'listed' ? { accountIds: [...props.accountIds] } : {}),
        },
        key.current,
      ),
    onError: () => {
      key.current = newIdempotencyKey();
    },
    onSuccess: async (run) => {
      props.onClose();
      await client.invalidateQueries({ queryKey: ['runs'] });
      await navigate({ to: '/runs', search: { run: run.runId } });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => start.mutate(values))}>
      <Stack gap="md">
        <Radio.Group label="Kind" {...form.getInputProps('rebalanceKind')}>
          <Stack gap={10} mt={8}>
            {(Object.keys(KINDS) as RebalanceKindView[]).map((kind) => (
              <Radio
                key={kind}
                value={kind}
                label={KINDS[kind].text}
                description={KINDS[kind].meaning}
                size="xs"
              />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group label="Accounts" {...form.getInputProps('selection')}>
          <Stack gap={10} mt={8}>
            <Radio
              value="listed"
              size="xs"
              disabled={props.accountIds.length === 0}
              label={`Selected: ${plural(props.accountIds.length, 'account')}`}
            />
            <Radio
              value="triggered"
              size="xs"
              label={`With a trigger today: ${plural(props.triggeredCount, 'account')}`}
            />
            <Radio
              value="all"
              size="xs"
              label={`All: ${formatCount(props.accountCount)} accounts`}
            />
          </Stack>
        </Radio.Group>
        <TextInput
          label="Reason"
          description="Recorded with the run and shown to the approver"
          placeholder="for example: quarterly review"
          required
          data-autofocus
          {...form.getInputProps('reason')}
        />
        {start.error === null ? null : <ProblemBanner error={start.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={start.isPending}>
            Start rebalance
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
