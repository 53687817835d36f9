import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import type { AccountFrontier } from '../../../../src/api/contract/index.ts';
import { renderInApp } from '../../test-render.tsx';
import { TaxFrontier } from './tax-frontier.tsx';

afterEach(() => vi.unstubAllGlobals());

function answerWith(frontier: AccountFrontier): void {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(JSON.stringify(frontier), { status: 200 })),
  );
}

const certificate = { primal: 0.01, dual: 0.01, gap: 0, maxViolation: 0 };
const point = (estimatedTax: string, trackingError: number, isProposed = false) => ({
  estimatedTax,
  trackingError,
  turnover: 0.05,
  tradeCount: 3,
  taxWeight: trackingError,
  certificate,
  isProposed,
});

it('shows the choices, the proposed one and doing nothing among them', async () => {
  answerWith({
    status: 'traced',
    planningTotal: '100000',
    points: [point('0', 0.031), point('812.50', 0.0125, true), point('2400', 0)],
    noTrade: { trackingError: 0.042, isAllowed: false },
  });
  renderInApp(<TaxFrontier runId="r" accountId="a" />);
  await userEvent.click(await screen.findByText('Table'));
  const proposed = await screen.findByRole('row', { name: /Proposed/ });
  expect(proposed.textContent).toContain('812.50');
  expect(proposed.textContent).toContain('1.25');
  expect(screen.getByRole('row', { name: /Ignores tax/ }).textContent).toContain('2,400.00');
  expect(screen.getByText(/Not trading at all would leave 4.20.*do not allow it/)).toBeDefined();
});

it('says so when no tax is at stake', async () => {
  answerWith({
    status: 'traced',
    planningTotal: '100000',
    points: [point('0', 0.01, true)],
    noTrade: { trackingError: 0.02, isAllowed: true },
  });
  renderInApp(<TaxFrontier runId="r" accountId="a" />);
  expect(await screen.findByText(/No tax is at stake/)).toBeDefined();
});
