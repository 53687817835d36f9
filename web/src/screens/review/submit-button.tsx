import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '../../../../src/api/contract/index.ts';
import { submitRun } from '../../api/commands.ts';
import { formatCount, formatMoney } from '../../format/numbers.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { Facts } from '../../ui/screen.tsx';

/** Hands the proposal to another person. */
export function SubmitButton(props: { readonly run: Run }) {
  const { run } = props;
  const [isOpen, setIsOpen] = useState(false);
  const client = useQueryClient();
  const submit = useMutation({
    mutationFn: (reasonText: string) =>
      submitRun(run.runId, reasonText === '' ? {} : { reasonText }),
    onSuccess: async () => {
      setIsOpen(false);
      await client.invalidateQueries();
      notifications.show({
        title: 'Submitted for approval',
        message: 'A person other than you must approve it.',
      });
    },
  });
  if (!run.permittedActions.includes('submit')) return null;
  const { orderCounts: counts, totals } = run;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Submit for approval</Button>
      <ReasonDialog
        title="Submit for approval"
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        confirmText="Submit"
        isReasonOptional
        isPending={submit.isPending}
        error={submit.error}
        onConfirm={(reason) => submit.mutate(reason.reasonText)}
      >
        <Facts
          items={[
            ['Orders', formatCount(totals?.orderCount ?? 0)],
            ['Buys USD', formatMoney(totals?.buyAmount)],
            ['Sells USD', formatMoney(totals?.sellAmount)],
            ['Held, not submitted', formatCount(counts.held)],
            [
              'Fail · could not check',
              `${formatCount(counts.fail)} · ${formatCount(counts.couldNotCheck)}`,
            ],
          ]}
        />
      </ReasonDialog>
    </>
  );
}
