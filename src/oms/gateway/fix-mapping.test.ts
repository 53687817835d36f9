import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate } from '../../kernel/index.ts';
import { identifier, type Placement } from '../../domain/index.ts';
import { field, fix44, problemOf, Tag, type ReceivedMessage } from '../../fix/index.ts';
import {
  cancelMessage,
  newOrderMessage,
  readBrokerMessage,
  statusRequestMessage,
} from './fix-mapping.ts';

const NOW = Date.parse('2026-11-20T15:00:00.250Z');

const placement: Placement = {
  placementId: identifier('PL-1'),
  blockId: identifier('B1'),
  clientOrderId: identifier('EK0123456789ABCDEF01'),
  brokerOrderId: null,
  executingBroker: 'SIM',
  symbol: identifier('BRK.B'),
  side: 'sell',
  orderQuantity: Decimal.parse('12.5'),
  orderType: 'limit',
  limitPrice: Decimal.parse('410.10'),
  timeInForce: 'immediateOrCancel',
  tradeDate: parseCalendarDate('2026-11-20'),
  status: 'pendingSend',
  cumulativeQuantity: Decimal.parse('0'),
  leavesQuantity: Decimal.parse('12.5'),
  averagePrice: null,
  text: null,
};

/** `35=8|11=C1|…`: as people write FIX. */
function received(text: string): ReceivedMessage {
  const [type = '', ...rest] = text.split('|');
  return {
    BeginString: 'FIX.4.4',
    MsgType: type.replace('35=', ''),
    fields: rest.map((part) => {
      const at = part.indexOf('=');
      return field(Number(part.slice(0, at)), part.slice(at + 1));
    }),
    problem: null,
  };
}

const written = (message: { MsgType: string; fields: readonly { tag: number; value: string }[] }) =>
  [
    `35=${message.MsgType}`,
    ...message.fields.map(({ tag, value }) => `${String(tag)}=${value}`),
  ].join('|');

describe('orders to FIX', () => {
  it('writes a limit order with its business fields', () => {
    const message = newOrderMessage(placement, Decimal.parse('411'), NOW);
    expect(written(message)).toBe(
      '35=D|11=EK0123456789ABCDEF01|21=1|55=BRK.B|54=2|60=20261120-15:00:00.250|38=12.5|40=2' +
        '|44=410.1|59=3|75=20261120|5710=411',
    );
  });

  it('writes a cancel of the order in force, and a status request on its own ClOrdID', () => {
    expect(written(cancelMessage(placement, identifier('EKCANCEL'), NOW))).toBe(
      '35=F|41=EK0123456789ABCDEF01|11=EKCANCEL|55=BRK.B|54=2|60=20261120-15:00:00.250|38=12.5',
    );
    expect(written(statusRequestMessage({ ...placement, brokerOrderId: 'O7' }))).toBe(
      '35=H|37=O7|11=EK0123456789ABCDEF01|55=BRK.B|54=2',
    );
  });

  it('writes what the dictionary accepts', () => {
    const header = '49=A|56=B|34=2|52=20261120-15:00:00.250';
    for (const message of [
      newOrderMessage(placement, null, NOW),
      cancelMessage(placement, identifier('C2'), NOW),
      statusRequestMessage(placement),
    ]) {
      const [type = '', ...body] = written(message).split('|');
      const problem = problemOf(received([type, header, ...body].join('|')), fix44);
      expect(problem).toBeNull();
    }
  });
});

describe('FIX to reports', () => {
  it('reads a fill exactly (FM2)', () => {
    const said = readBrokerMessage(
      received(
        '35=8|52=20261120-15:00:00|37=O1|11=C1|17=E1|150=F|39=1|55=A|54=1|38=300|32=100|31=10.0250' +
          '|151=200|14=100|6=10.025|75=20261120|60=20261120-15:00:00.100|58=hello',
      ),
    );
    if (said.kind !== 'executionReport') throw new Error(said.kind);
    expect(said.report).toMatchObject({
      reportKind: 'trade',
      orderStatus: 'partiallyFilled',
      brokerOrderId: 'O1',
      transactTime: '2026-11-20T15:00:00.100Z',
      tradeDate: '2026-11-20',
      text: 'hello',
      limitPrice: null,
      originalClientOrderId: null,
    });
    expect(said.report.lastPrice?.toString()).toBe('10.025');
  });

  it('dates a report without TradeDate by the market clock', () => {
    const said = readBrokerMessage(
      received('35=8|37=NONE|11=C1|17=E1|150=0|39=0|151=1|14=0|6=0|60=20261121-01:00:00.000'),
    );
    // 01:00 UTC on the 21st is 20:00 in New York on the 20th.
    expect(said).toMatchObject({ report: { tradeDate: '2026-11-20', brokerOrderId: null } });
  });

  it.each([
    ['35=8|37=O|17=E|150=0|39=0|151=1|14=0|60=20261120-15:00:00', 'ClOrdID (11) is missing'],
    ['35=8|37=O|11=C|17=E|150=?|39=0|151=1|14=0|60=20261120-15:00:00', 'ExecType (150) is ?'],
    ['35=8|37=O|11=C|17=E|150=0|39=0|151=1|14=1e5|60=20261120-15:00:00', 'CumQty (14) is 1e5'],
  ])('says why it cannot read %s', (text, reason) => {
    expect(readBrokerMessage(received(text))).toMatchObject({ kind: 'unreadable', reason });
  });

  it('reads a cancel reject and a business reject', () => {
    expect(
      readBrokerMessage(received('35=9|37=O|11=C2|41=C1|39=2|434=1|102=0|58=too late')),
    ).toMatchObject({
      kind: 'cancelRejection',
      rejection: { orderStatus: 'filled', respondsTo: 'cancel', text: 'too late' },
    });
    expect(readBrokerMessage(received('35=j|45=7|372=D|379=C1|380=3'))).toMatchObject({
      kind: 'businessReject',
      refusedSequence: 7,
      refusedClientOrderId: 'C1',
      text: 'BusinessRejectReason 3',
    });
  });

  it('FM1 never throws, whatever stands in the fields', () => {
    const tags = [11, 14, 17, 19, 31, 32, 37, 38, 39, 41, 45, 58, 60, 75, 150, 151, 372, 379];
    const someField = fc.tuple(
      fc.constantFrom(...tags),
      fc.string({ minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.constantFrom('8', '9', 'j', 'B'), fc.array(someField), (type, fields) => {
        readBrokerMessage({
          BeginString: 'FIX.4.4',
          MsgType: type,
          fields: fields.map(([tag, value]) => field(tag, value)),
          problem: null,
        });
      }),
    );
    expect(Tag.ClOrdID).toBe(11);
  });
});
