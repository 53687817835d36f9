/**
 * Approval, one line per order as a portfolio manager reads it. Every share costs 10; account A holds 10,000:
 * 2,000 each of AAA, BBB and CCC and 4,000 in cash. Limits: 25 % per issuer, 60 % per sector, turnover 50 %.
 * Tom proposes. Last column: approved | denied: CODE | could not check.
 */
import { describe, expect, it } from 'vitest';
import { contentHash, parseCalendarDate } from '../../src/kernel/index.ts';
import {
  identifier,
  type ComplianceOverride,
  type OrderId,
  type RuleEvaluation,
  type RuleId,
  type UserId,
} from '../../src/domain/index.ts';
import {
  approveOrders,
  evaluateCompliance,
  evaluationsByOrder,
  factsHashes,
  isBlocking,
  shippedRules,
} from '../../src/compliance/index.ts';
import { buildBlocks } from '../../src/execution/index.ts';
import { AS_OF, ordersOf, runOf, shares, smallFirm, type FirmText } from '../support/small-firm.ts';

const HOLDS = { AAA: '200', BBB: '200', CCC: '200' };
const FIRM: FirmText = {
  instruments: {
    AAA: {},
    BBB: {},
    CCC: {},
    'AAA.B': { issuer: 'AAA Inc', sector: 'AAA sector' },
    STALE: { priceDate: '2026-06-01' },
    NOVOL: { volume: null },
    NOISS: { issuer: null },
    BAN: {},
    THIN: { volume: '50' },
  },
  restrictions: [
    {
      restrictionId: 'ban',
      scope: { kind: 'firm' },
      subject: { kind: 'symbol', symbol: identifier('BAN') },
      kind: 'doNotBuy',
      value: null,
      reason: 'restricted list',
    },
  ],
  accounts: {
    A: { cash: '4000', holds: HOLDS },
    // The firm has more than these orders, so that its own limits are far away.
    Z: { cash: '1000000' },
    FROZEN: { cash: '4000', holds: HOLDS, status: 'frozen' },
    CLOSING: { cash: '4000', holds: HOLDS, status: 'closingOnly' },
    CONSENT: { cash: '4000', holds: HOLDS, discretion: 'clientApproval' },
    HEAVY: { cash: '1000', holds: { AAA: '500', BBB: '200', CCC: '200' } },
  },
};

const TABLE = `
  order                   | approved by | override by   | outcome
  A buy 10 CCC            | carol       |               | approved
  A buy 10 CCC            |             |               | denied: APPROVAL_MISSING
  A buy 10 CCC            | tom         |               | denied: APPROVAL_BY_PROPOSER
  A buy 10 CCC            | carol, late |               | denied: APPROVAL_STALE
  A buy 50 CCC            | carol       |               | approved
  A buy 51 CCC            | carol       |               | denied: COMPLIANCE_SOFT_FAIL
  A buy 51 CCC            | carol       | carol         | approved
  A buy 51 CCC            | carol       | dora          | approved
  A buy 51 CCC            | carol       | tom           | denied: OVERRIDE_BY_PROPOSER
  A buy 51 CCC            | carol       | carol, late   | denied: OVERRIDE_STALE
  A buy 51 CCC            | carol       | carol, silent | denied: OVERRIDE_WITHOUT_REASON
  A buy 60 AAA.B          | carol       |               | denied: COMPLIANCE_SOFT_FAIL
  A sell 200 CCC          | carol       |               | approved
  A sell 201 CCC          | carol       |               | denied: COMPLIANCE_HARD_FAIL
  A sell 201 CCC          | carol       | carol         | denied: COMPLIANCE_HARD_FAIL
  A buy 0.5 CCC           | carol       |               | denied: COMPLIANCE_HARD_FAIL
  A buy 401 CCC           | carol       | carol         | denied: COMPLIANCE_HARD_FAIL
  A buy 1 BAN             | carol       | carol         | denied: COMPLIANCE_HARD_FAIL
  A buy 1 STALE           | carol       | carol         | denied: COMPLIANCE_HARD_FAIL
  A buy 6 THIN            | carol       |               | denied: COMPLIANCE_SOFT_FAIL
  A buy 5 THIN            | carol       |               | approved
  A buy 1 NOVOL           | carol       | carol         | could not check
  A buy 60 NOISS          | carol       | carol         | could not check
  A buy 1 UNKNOWN         | carol       | carol         | could not check
  NOBODY buy 1 CCC        | carol       | carol         | could not check
  FROZEN sell 1 CCC       | carol       | carol         | denied: COMPLIANCE_HARD_FAIL
  CLOSING sell 1 CCC      | carol       |               | approved
  CLOSING buy 1 CCC       | carol       |               | denied: COMPLIANCE_HARD_FAIL
  CONSENT buy 1 CCC       | carol       |               | denied: COMPLIANCE_SOFT_FAIL
  CONSENT buy 1 CCC       | carol       | dora          | approved
  HEAVY sell 10 AAA       | carol       |               | approved
  HEAVY buy 1 AAA         | carol       |               | denied: COMPLIANCE_SOFT_FAIL
`;

interface Row {
  readonly order: string;
  readonly approvedBy: string;
  readonly overrideBy: string;
  readonly outcome: string;
}

const ROWS: Row[] = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [order = '', approvedBy = '', overrideBy = '', outcome = ''] = line
      .split('|')
      .map((cell) => cell.trim());
    return { order, approvedBy, overrideBy, outcome };
  });

const TOM = identifier<UserId>('tom');
const STALE_HASH = contentHash('what was shown an hour ago');
const person = (cell: string): UserId => identifier<UserId>(cell.split(',')[0] ?? '');

function outcomeOf({ order, approvedBy, overrideBy }: Row): string {
  const firm = smallFirm(FIRM);
  const proposed = ordersOf(firm, [`o1 ${order}`]);
  const rules = shippedRules(firm.settings);
  const report = evaluateCompliance({
    run: runOf(firm),
    snapshot: firm,
    orders: proposed,
    rules,
    asOfDate: AS_OF,
  });
  const orderId = identifier<OrderId>('o1');
  const shown = factsHashes(proposed, report).get(orderId) ?? STALE_HASH;
  const hashOf = (cell: string) => (cell.endsWith('late') ? STALE_HASH : shown);
  const approvals =
    approvedBy === ''
      ? []
      : [
          {
            orderId,
            approvedBy: person(approvedBy),
            proposedBy: TOM,
            factsHash: hashOf(approvedBy),
          },
        ];
  const override = (ruleId: RuleId): ComplianceOverride => ({
    orderId,
    ruleId,
    overriddenBy: person(overrideBy),
    reasonCode: 'CLIENT_INSTRUCTION',
    reasonText: overrideBy.endsWith('silent') ? '' : 'letter of June 1',
    factsHash: hashOf(overrideBy),
  });
  const blocking: RuleEvaluation[] = (evaluationsByOrder(report).get(orderId) ?? []).filter(
    isBlocking,
  );
  const overrides = overrideBy === '' ? [] : blocking.map(({ ruleId }) => override(ruleId));
  const { approved, refused } = approveOrders({ proposed, report, approvals, overrides });
  if (approved.length === 1) return 'approved';
  const codes = refused.flatMap((refusal) => refusal.findings.map((finding) => finding.code));
  const worst = codes.find((code) => code === 'COMPLIANCE_HARD_FAIL') ?? codes[0];
  return worst === 'COMPLIANCE_COULD_NOT_CHECK' ? 'could not check' : `denied: ${worst ?? ''}`;
}

describe('approval, order by order', () => {
  it.each(
    ROWS.map((row) => [row.order, row.approvedBy, row.overrideBy, row.outcome, row] as const),
  )('%s | %s | %s | %s', (_order, _approvedBy, _overrideBy, outcome, row) =>
    expect(outcomeOf(row)).toBe(outcome),
  );
});

describe('from approval to blocks', () => {
  it('only approved orders trade, together where they can; an edit after approval stays behind', () => {
    const firm = smallFirm(FIRM);
    const proposed = ordersOf(firm, [
      'o1 A buy 10 CCC',
      'o2 HEAVY buy 5 CCC',
      'o3 FROZEN buy 1 CCC',
      'o4 Z buy 7 CCC',
    ]);
    const report = evaluateCompliance({
      run: runOf(firm),
      snapshot: firm,
      orders: proposed,
      rules: shippedRules(firm.settings),
      asOfDate: AS_OF,
    });
    const shown = factsHashes(proposed, report);
    const approvals = proposed.map(({ orderId }) => ({
      orderId,
      approvedBy: identifier<UserId>('carol'),
      proposedBy: TOM,
      factsHash: shown.get(orderId) ?? STALE_HASH,
    }));
    const edited = proposed.map((order) =>
      order.orderId === 'o4' ? { ...order, quantity: shares('8') } : order,
    );
    const { approved, refused } = approveOrders({
      proposed: edited,
      report,
      approvals,
      overrides: [],
    });
    const [block, ...others] = buildBlocks(approved, {
      tradeDate: parseCalendarDate('2026-06-15'),
    });
    expect(others).toEqual([]);
    expect(block?.orderQuantity.toString()).toBe('15');
    expect(block?.statement.map((line) => line.orderId)).toEqual(['o1', 'o2']);
    expect(refused.map((r) => `${r.orderId} ${r.findings.map((f) => f.code).join()}`)).toEqual([
      'o3 COMPLIANCE_HARD_FAIL',
      'o4 APPROVAL_STALE',
    ]);
  });
});
