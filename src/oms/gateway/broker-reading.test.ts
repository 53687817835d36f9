import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { field, type ReceivedMessage } from '../../fix/index.ts';
import { readBrokerMessage } from './broker-reading.ts';

/** `35=8|11=C1|…`: as people write FIX. */
function received(text: string): ReceivedMessage {
  const [type = '', ...rest] = text.split('|');
  const fields = rest.map((part) => {
    const at = part.indexOf('=');
    return field(Number(part.slice(0, at)), part.slice(at + 1));
  });
  return { BeginString: 'FIX.4.4', MsgType: type.replace('35=', ''), fields, problem: null };
}

const kindOf = (text: string) => readBrokerMessage(received(text)).kind;

describe('reading a broker', () => {
  it('sorts messages by what they mean for orders', () => {
    const fill =
      '35=8|37=O1|11=C1|17=E1|150=F|39=1|55=A|54=1|38=300|32=100|31=10.0250|151=200|14=100|6=10.025' +
      '|75=20261120|60=20261120-15:00:00.100';
    const said = readBrokerMessage(received(fill));
    expect(said).toMatchObject({
      kind: 'executionReport',
      report: { reportKind: 'trade', orderStatus: 'partiallyFilled', tradeDate: '2026-11-20' },
    });
    expect(kindOf('35=9|37=O|11=C2|41=C1|39=2|434=1|102=0|58=too late')).toBe('cancelRejection');
    expect(kindOf('35=j|45=7|372=D|379=C1|380=3')).toBe('messageRefused');
    expect(kindOf('35=3|45=7|372=D|58=bad tag')).toBe('messageRefused');
    expect(kindOf('35=B|148=news')).toBe('unreadable');
    expect(readBrokerMessage(received('35=8|37=O1|11=C1|17=E1|150=?|39=1'))).toMatchObject({
      kind: 'unreadable',
    });
  });

  it('never throws, whatever stands in the fields', () => {
    const tags = [11, 14, 17, 19, 31, 32, 37, 38, 39, 41, 45, 54, 55, 58, 60, 75, 150, 151, 379];
    const someField = fc.tuple(
      fc.constantFrom(...tags),
      fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.integer().map(String)),
    );
    fc.assert(
      fc.property(fc.constantFrom('8', '9', 'j', '3'), fc.array(someField), (type, fields) => {
        const said = readBrokerMessage({
          BeginString: 'FIX.4.4',
          MsgType: type,
          fields: fields.map(([tag, value]) => field(tag, value)),
          problem: null,
        });
        expect(said.kind).toBeTruthy();
      }),
    );
  });
});
