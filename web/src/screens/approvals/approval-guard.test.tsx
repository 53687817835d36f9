import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { inboxItemWith, orderWith } from '../../test-order.ts';
import { renderInApp } from '../../test-render.tsx';
import { approvalBody, approvalGuard, isApprovable } from './approval-guard.ts';
import { ApproveDialog } from './approve-dialog.tsx';

const REFUSAL = 'You submitted this run; a different person must approve it.';
const maker = inboxItemWith({ canApprove: false, cannotApproveBecause: REFUSAL });

describe('the approval guard', () => {
  it('1: refuses the maker with the reason, whatever is selected', () => {
    expect(approvalGuard(maker, [])).toEqual({ kind: 'refused', reason: REFUSAL });
    expect(approvalGuard(maker, [orderWith()])).toEqual({ kind: 'refused', reason: REFUSAL });
  });

  it('2: leaves out what is blocked or not submitted', () => {
    const good = orderWith({ orderId: 'good', estimatedAmount: '0.10' });
    const alsoGood = orderWith({ orderId: 'also', estimatedAmount: '0.20' });
    const unchecked = orderWith({ orderId: 'unchecked', verdict: 'couldNotCheck' });
    const failed = orderWith({ orderId: 'failed', verdict: 'fail', failedRuleIds: ['r'] });
    const held = orderWith({ orderId: 'held', state: 'held' });
    const guard = approvalGuard(inboxItemWith(), [good, alsoGood, unchecked, failed, held]);
    expect(guard).toMatchObject({ kind: 'ready', notional: '0.30' });
    expect(guard.kind === 'ready' && guard.orders.map((order) => order.orderId)).toEqual([
      'good',
      'also',
    ]);
    expect(guard.kind === 'ready' && guard.leftOut.map((order) => order.orderId)).toEqual([
      'unchecked',
      'failed',
      'held',
    ]);
  });

  it('2: a soft fail is approvable once every failed rule is overridden', () => {
    const override = {
      ruleId: 'sector',
      overriddenBy: 'u2',
      overriddenByName: 'Carl',
      overriddenAt: '2026-11-20T15:00:00.000Z',
      reasonCode: 'other',
      reasonText: 'letter on file',
    };
    const failed = orderWith({
      verdict: 'fail',
      canOverride: true,
      failedRuleIds: ['sector', 'issuer'],
    });
    expect(isApprovable({ ...failed, overrides: [override] })).toBe(false);
    expect(
      isApprovable({ ...failed, overrides: [override, { ...override, ruleId: 'issuer' }] }),
    ).toBe(true);
  });

  it('3: names the facts of every order as shown', () => {
    expect(
      approvalBody([orderWith({ orderId: 'x', factsHash: 'b'.repeat(64) })], 'looks right'),
    ).toEqual({
      orders: [{ orderId: 'x', factsHash: 'b'.repeat(64) }],
      reasonText: 'looks right',
    });
  });
});

describe('the approve dialog', () => {
  it('shows the maker plainly that another person must approve, and no way to', () => {
    renderInApp(<ApproveDialog item={maker} orders={[orderWith()]} isOpen onClose={vi.fn()} />);
    expect(screen.getByRole('alert')).toHaveProperty('textContent', REFUSAL);
    expect(screen.queryByRole('button', { name: /Approve/ })).toBeNull();
  });

  it('states count and total notional before it lets a checker approve', () => {
    renderInApp(
      <ApproveDialog
        item={inboxItemWith()}
        orders={[orderWith(), orderWith({ orderId: 'o2', estimatedAmount: '873.32' })]}
        isOpen
        onClose={vi.fn()}
      />,
    );
    expect(screen.getByText('5,000.00')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Approve 2 orders' })).toHaveProperty(
      'disabled',
      false,
    );
  });

  it('asks for the count above the limit', () => {
    renderInApp(
      <ApproveDialog
        item={inboxItemWith()}
        orders={[orderWith({ estimatedAmount: '10000000.01' })]}
        isOpen
        onClose={vi.fn()}
      />,
    );
    expect(screen.getByLabelText(/Type the number of orders/)).toBeDefined();
    expect(screen.getByRole('button', { name: 'Approve 1 order' })).toHaveProperty(
      'disabled',
      true,
    );
  });
});
