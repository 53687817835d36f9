/**
 * Two FIX 4.4 sessions talk to each other in memory: logon, an order, the broker's fill, logout.
 *
 * The session is a pure function: an input and the time go in; the next state and a list of effects come
 * out. Whoever runs it makes `persist…` effects durable first and only then writes `transmit` bytes to a
 * socket. Here there is neither disk nor socket, so the bytes go straight to the other side.
 */
import { Decimal, instantOf, parseCalendarDate } from '../src/kernel/index.ts';
import {
  identifier,
  type ClientOrderId,
  type ExecutionReport,
  type InstrumentSymbol,
} from '../src/domain/index.ts';
import * as fix from '../src/fix/index.ts';

const now = Date.parse('2026-03-31T14:30:00Z');
const clock = { transactTime: instantOf(now), tradeDate: parseCalendarDate('2026-03-31') };

const common = { ...fix.SESSION_DEFAULTS, dictionary: fix.fix44 };
const fresh = { nextOutgoing: 1, nextIncoming: 1 };
const sides = {
  client: fix.initialSession(
    { ...common, role: 'initiator', SenderCompID: 'ADVISER', TargetCompID: 'BROKER' },
    fresh,
  ),
  broker: fix.initialSession(
    { ...common, role: 'acceptor', SenderCompID: 'BROKER', TargetCompID: 'ADVISER' },
    fresh,
  ),
};
type Side = keyof typeof sides;

/** Steps one side, carries its bytes over, and answers what needs an answer, until both are quiet. */
function feed(side: Side, input: fix.SessionInput): void {
  const { state, effects } = fix.step(sides[side], input, { now });
  sides[side] = state;
  const other: Side = side === 'client' ? 'broker' : 'client';
  for (const effect of effects) {
    if (effect.kind === 'established') console.log(`${side}: logged on`);
    if (effect.kind === 'disconnect') console.log(`${side}: goodbye (${effect.reason})`);
    if (effect.kind === 'deliver' && side === 'broker') fill(effect.message);
    if (effect.kind === 'deliver' && side === 'client') booked(effect.message);
    if (effect.kind !== 'transmit') continue;
    // 0x01 separates the fields on the wire; people read a bar more easily.
    console.log(
      `${side} > ${Buffer.from(effect.bytes).toString('latin1').replaceAll('\x01', '|')}`,
    );
    const message = fix.decodeMessage(effect.bytes, fix.fix44);
    if (message !== null) feed(other, { kind: 'message', message });
  }
}

/** The broker's whole trading desk: fills the order at 62.05. */
function fill(message: fix.ReceivedMessage): void {
  const order = fix.newOrderFromFix(message);
  if (!order.ok) throw new Error(JSON.stringify(order.error));
  const { clientOrderId, symbol, side, orderQuantity } = order.value;
  const price = Decimal.parse<'Price'>('62.05');
  const report: ExecutionReport = {
    ...clock,
    reportKind: 'trade',
    orderStatus: 'filled',
    clientOrderId,
    originalClientOrderId: null,
    brokerOrderId: 'B-1',
    brokerExecutionId: 'E-1',
    referenceExecutionId: null,
    orderQuantity,
    limitPrice: null,
    lastQuantity: orderQuantity,
    lastPrice: price,
    cumulativeQuantity: orderQuantity,
    leavesQuantity: Decimal.parse<'Quantity'>('0'),
    averagePrice: price,
    text: null,
  };
  const reply = fix.executionReportToFix({ report, symbol, side, rejectReason: null });
  feed('broker', { kind: 'send', message: reply, reference: null });
}

function booked(message: fix.ReceivedMessage): void {
  const parsed = fix.executionReportFromFix(message);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { orderStatus, lastQuantity, lastPrice } = parsed.value.report;
  console.log(`client: ${orderStatus}, ${String(lastQuantity)} at ${String(lastPrice)}`);
}

feed('broker', { kind: 'connected' });
feed('client', { kind: 'connected' });
const order = fix.newOrderToFix({
  clientOrderId: identifier<ClientOrderId>('ORDER-1'),
  symbol: identifier<InstrumentSymbol>('CORN'),
  side: 'buy',
  orderQuantity: Decimal.parse<'Quantity'>('150'),
  orderType: 'market',
  limitPrice: null,
  timeInForce: 'day',
  referencePrice: null,
  ...clock,
});
feed('client', { kind: 'send', message: order, reference: 'ORDER-1' });
feed('client', { kind: 'logout', text: null });
