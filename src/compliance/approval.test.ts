import { describe, expect, it } from 'vitest';
import { contentHash } from '../kernel/index.ts';
import { identifier, type ComplianceOverride, type RuleId, type UserId } from '../domain/index.ts';
import {
  AS_OF,
  ordersOf,
  runOf,
  shares,
  smallFirm,
  type FirmText,
} from '../../test/support/small-firm.ts';
import {
  approveOrders,
  evaluateCompliance,
  factsHashes,
  shippedRules,
  type OrderApproval,
} from './index.ts';

const user = (name: string): UserId => identifier<UserId>(name);

const FIRM: FirmText = {
  instruments: { AAA: {}, BBB: {}, ODD: { volume: null } },
  accounts: {
    A: { cash: '8000', holds: { AAA: '100', BBB: '100' } },
    F: { cash: '9', status: 'frozen' },
  },
};

function setUp(...lines: string[]) {
  const firm = smallFirm(FIRM);
  const orders = ordersOf(firm, lines);
  const report = evaluateCompliance({
    run: runOf(firm),
    snapshot: firm,
    orders,
    rules: shippedRules(firm.settings),
    asOfDate: AS_OF,
  });
  const hashes = factsHashes(orders, report);
  const hashOf = (orderId: string) => hashes.get(identifier(orderId)) ?? contentHash('none');
  const approval = (orderId: string, by = 'carol', proposer = 'tom'): OrderApproval => ({
    orderId: identifier(orderId),
    approvedBy: user(by),
    proposedBy: user(proposer),
    factsHash: hashOf(orderId),
  });
  const override = (orderId: string, ruleId: string, by = 'carol'): ComplianceOverride => ({
    orderId: identifier(orderId),
    ruleId: identifier<RuleId>(ruleId),
    overriddenBy: user(by),
    reasonCode: 'CLIENT_INSTRUCTION',
    reasonText: 'letter of June 1',
    factsHash: hashOf(orderId),
  });
  return { orders, report, approval, override };
}

const codes = (result: ReturnType<typeof approveOrders>) =>
  result.refused.map((r) => `${r.orderId}: ${r.findings.map((f) => f.code).join(' ')}`);

describe('approveOrders', () => {
  it('approves what passes and a second person saw, with the evidence', () => {
    const { orders, report, approval } = setUp('o1 A buy 10 AAA');
    const result = approveOrders({
      proposed: orders,
      report,
      approvals: [approval('o1')],
      overrides: [],
    });
    expect(result.refused).toEqual([]);
    expect(result.approved[0]?.evidence).toEqual({
      approvedBy: 'carol',
      proposedBy: 'tom',
      factsHash: approval('o1').factsHash,
    });
    expect(Object.isFrozen(result.approved[0])).toBe(true);
  });

  it('P2: refuses the maker as checker, also when another approval names the maker as proposer', () => {
    const { orders, report, approval } = setUp('o1 A buy 10 AAA');
    const own = approval('o1', 'tom', 'tom');
    expect(
      codes(approveOrders({ proposed: orders, report, approvals: [own], overrides: [] })),
    ).toEqual(['o1: APPROVAL_BY_PROPOSER']);
    const swapped = [approval('o1', 'tom', 'carol'), approval('o1', 'carol', 'tom')];
    expect(
      codes(approveOrders({ proposed: orders, report, approvals: swapped, overrides: [] })),
    ).toEqual(['o1: APPROVAL_BY_PROPOSER APPROVAL_BY_PROPOSER']);
  });

  it('P3: an edited order voids the approval of what was shown', () => {
    const { orders, report, approval } = setUp('o1 A buy 10 AAA');
    const edited = orders.map((order) => ({ ...order, quantity: shares('11') }));
    const request = { proposed: edited, report, approvals: [approval('o1')], overrides: [] };
    expect(codes(approveOrders(request))).toEqual(['o1: APPROVAL_STALE']);
  });

  it('P3: the same order with the same verdict over other figures is not what was shown', () => {
    const { orders, approval } = setUp('o1 A buy 10 AAA');
    const firm = smallFirm({
      ...FIRM,
      accounts: { ...FIRM.accounts, A: { cash: '8001', holds: { AAA: '100', BBB: '100' } } },
    });
    const report = evaluateCompliance({
      run: runOf(firm),
      snapshot: firm,
      orders,
      rules: shippedRules(firm.settings),
      asOfDate: AS_OF,
    });
    const request = { proposed: orders, report, approvals: [approval('o1')], overrides: [] };
    expect(codes(approveOrders(request))).toEqual(['o1: APPROVAL_STALE']);
  });

  it('P4: a soft fail needs an override, by someone else, of these facts, with a reason', () => {
    const { orders, report, approval, override } = setUp('o1 A buy 160 AAA');
    const rules = ['issuer-concentration', 'firm-issuer-concentration'];
    const decide = (overrides: ComplianceOverride[]) =>
      codes(approveOrders({ proposed: orders, report, approvals: [approval('o1')], overrides }));
    expect(decide([])).toEqual(['o1: COMPLIANCE_SOFT_FAIL COMPLIANCE_SOFT_FAIL']);
    const good = rules.map((rule) => override('o1', rule));
    expect(decide(good)).toEqual([]);
    expect(decide(good.slice(0, 1))).toEqual(['o1: COMPLIANCE_SOFT_FAIL']);
    const [first, second] = good as [ComplianceOverride, ComplianceOverride];
    expect(decide([first, override('o1', second.ruleId, 'tom')])).toEqual([
      'o1: OVERRIDE_BY_PROPOSER',
    ]);
    expect(decide([first, { ...second, factsHash: contentHash('old') }])).toEqual([
      'o1: OVERRIDE_STALE',
    ]);
    expect(decide([first, { ...second, reasonText: ' ' }])).toEqual([
      'o1: OVERRIDE_WITHOUT_REASON',
    ]);
  });

  it('P4: hard fails and unknowns stay refused, whatever is approved and overridden', () => {
    const { orders, report, approval, override } = setUp('o1 F sell 1 AAA', 'o2 A buy 1 ODD');
    const result = approveOrders({
      proposed: orders,
      report,
      approvals: [approval('o1'), approval('o2')],
      overrides: [override('o1', 'account-status'), override('o2', 'firm-volume-share')],
    });
    expect(result.approved).toEqual([]);
    expect(codes(result)[0]).toContain('COMPLIANCE_HARD_FAIL');
    expect(codes(result)[1]).toBe('o2: COMPLIANCE_COULD_NOT_CHECK');
    expect(result.refused[1]?.findings[0]?.message).toBe(
      'order o2 firm-volume-share: firmVolumeShare: no volume for ODD',
    );
  });

  it('P1: all causes at once; an order that was never checked is refused', () => {
    const { orders, report, approval } = setUp('o1 A buy 160 AAA');
    const stranger = orders.map((order) => ({
      ...order,
      orderId: identifier<typeof order.orderId>('o9'),
    }));
    const result = approveOrders({
      proposed: [...orders, ...stranger],
      report,
      approvals: [approval('o1', 'tom', 'tom')],
      overrides: [],
    });
    expect(codes(result)).toEqual([
      'o1: COMPLIANCE_SOFT_FAIL COMPLIANCE_SOFT_FAIL APPROVAL_BY_PROPOSER',
      'o9: COMPLIANCE_NOT_EVALUATED',
    ]);
  });
});
