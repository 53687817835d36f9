import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { orderWith } from '../../test-order.ts';
import { renderInApp } from '../../test-render.tsx';
import { WhyPanel } from './why-panel.tsx';

describe('why this order', () => {
  it('begins with one sentence and gives each reason with its numbers', () => {
    renderInApp(
      <WhyPanel
        order={orderWith({
          reasons: [
            {
              code: 'DRIFT_CORRECTION',
              text: 'Brings VXUS back to its target.',
              facts: { weightBefore: '0.0642', targetWeight: '0.04', weightAfter: '0.0403' },
            },
            {
              code: 'LIMITED_BY',
              text: 'The cash reserve binds.',
              facts: { constraint: 'lower:CASH', shadowPrice: 0.00031 },
            },
          ],
        })}
      />,
    );
    expect(screen.getByTestId('why').textContent).toBe(
      'Sells 16 VXUS because it is 2.42 points above its target.',
    );
    expect(screen.getByText('Drift fixed')).toBeDefined();
    expect(
      screen.getByText('Weight before 6.42% · Target weight 4.00% · Weight after 4.03%'),
    ).toBeDefined();
    expect(screen.getByText('Constraint lower:CASH · Shadow price 0.00031')).toBeDefined();
  });

  it('lists the lots with gain and term and adds them up exactly', () => {
    const lot = {
      lotId: 'l1',
      acquiredDate: '2019-03-14',
      costBasis: '100.10',
      proceeds: '611.30',
      quantity: '9',
      gain: '511.20',
      term: 'long' as const,
    };
    renderInApp(
      <WhyPanel
        order={orderWith({
          lots: [
            lot,
            {
              ...lot,
              lotId: 'l2',
              quantity: '7',
              costBasis: '0.20',
              gain: '-219.09',
              term: 'short',
            },
          ],
        })}
      />,
    );
    const row = screen.getByText('Total').closest('tr');
    expect(row?.textContent).toBe('Total16100.30▲ +292.11');
    expect(screen.getByText('Short')).toBeDefined();
  });

  it('says what keeps it from going on, and that an edit voided its approval', () => {
    renderInApp(
      <WhyPanel
        order={orderWith({
          verdict: 'couldNotCheck',
          quantity: '10',
          editedBy: 'tara',
          blockedBy: ['Rule price-age could not be checked: no price for MUB'],
          approvalVoided: {
            at: '2026-11-20T15:00:00.000Z',
            reasonText: 'The quantity was changed.',
          },
        })}
      />,
    );
    expect(screen.getByText('Rule price-age could not be checked: no price for MUB')).toBeDefined();
    expect(screen.getByText('Approval voided')).toBeDefined();
    expect(screen.getByText('Edited by tara: proposed 16, now 10.')).toBeDefined();
  });
});
