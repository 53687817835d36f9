import { Button, Group, Modal, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Run } from '../../../../src/api/contract/index.ts';
import { newIdempotencyKey } from '../../api/client.ts';
import { releaseRun } from '../../api/commands.ts';
import { runOrdersQuery } from '../../api/queries.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';
import { formatCount, formatMoney, plural } from '../../format/numbers.ts';
import { Facts } from '../../ui/screen.tsx';
import { ProblemBanner } from '../../ui/state.tsx';

/** Sends the approved orders to the market: count and notional first, then a click. Never a bare key. */
export function ReleaseButton(props: { readonly run: Run }) {
  const { run } = props;
  const canRelease = run.permittedActions.includes('release');
  const { data: orders = [] } = useQuery({ ...runOrdersQuery(run.runId), enabled: canRelease });
  const [isOpen, setIsOpen] = useState(false);
  const key = useRef(newIdempotencyKey());
  const client = useQueryClient();
  const navigate = useNavigate();
  const approved = orders.filter((order) => order.state === 'approved');
  const release = useMutation({
    mutationFn: () => releaseRun(run.runId, key.current),
    onSuccess: async (outcome) => {
      setIsOpen(false);
      await client.invalidateQueries();
      notifications.show({
        title: 'Released',
        message: `${plural(outcome.blockIds.length, 'block')} on the way to the broker.`,
      });
      await navigate({ to: '/blotter', search: { run: run.runId } });
    },
    onError: () => {
      key.current = newIdempotencyKey();
    },
  });
  if (!canRelease || approved.length === 0) return null;
  const amount = (side: 'buy' | 'sell'): string =>
    formatMoney(
      sumDecimalTexts(
        approved.filter((order) => order.side === side).map((order) => order.estimatedAmount),
      ),
    );
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Release {plural(approved.length, 'order')}</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title="Release to the market"
        size={440}
        closeButtonProps={{ 'aria-label': 'Close the dialog' }}
      >
        <Stack gap="sm">
          <Facts
            items={[
              ['Approved orders', formatCount(approved.length)],
              ['Buys USD', amount('buy')],
              ['Sells USD', amount('sell')],
              ['Not released', plural(orders.length - approved.length, 'order')],
            ]}
          />
          <div className="ek-banner" data-tone="warn">
            <p>Orders go to the broker at once. After this they can only be canceled there.</p>
          </div>
          {release.error === null ? null : <ProblemBanner error={release.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setIsOpen(false)}>
              Cancel
            </Button>
            <Button loading={release.isPending} onClick={() => release.mutate()}>
              Release now
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
