import { describe, expect, it } from 'vitest';
import { findingText } from '../../domain/index.ts';
import {
  readBrokerStatement,
  readCustodianCash,
  readCustodianPositions,
  writeBrokerStatement,
} from './index.ts';

describe('end-of-day statements', () => {
  const header = 'brokerExecutionId,clientOrderId,symbol,side,quantity,price,tradeDate';

  it('S1: executions are read as written and written as read', () => {
    const text = `${header}\nX1,C1,AAA,buy,10.5,99.123456,2026-03-31\nX2,C1,AAA,sell,1,99,2026-03-31\n`;
    const { lines, findings } = readBrokerStatement(text);
    expect(findings).toEqual([]);
    expect(lines.map(({ side, price }) => `${side} ${price.toString()}`)).toEqual([
      'buy 99.123456',
      'sell 99',
    ]);
    expect(writeBrokerStatement(lines)).toBe(text);
  });

  it('S2: faults and duplicates are reported with their account, and left out', () => {
    const positions = readCustodianPositions(
      'accountId,symbol,quantity\nA1,AAA,5\nA1,AAA,6\nA2,BBB,-1\nA3,,1\n',
    );
    expect(positions.lines.map(({ accountId }) => accountId)).toEqual(['A1']);
    expect(positions.findings.map(findingText)).toEqual([
      'custodian-positions.csv:3: A1 AAA stands in row 2 already [RECORD_DUPLICATE]',
      'custodian-positions.csv:4 quantity: -1 is not 0 or more [NUMBER_OUT_OF_RANGE]',
      'custodian-positions.csv:5 symbol: the cell is blank [VALUE_REQUIRED]',
    ]);
    expect(positions.findings.map(({ location }) => location.accountId)).toEqual([
      'A1',
      'A2',
      'A3',
    ]);
    const cash = readCustodianCash('accountId,amount\nA1,-5.25\nA2,NaN\n');
    expect(cash.lines.map(({ amount }) => amount.toString())).toEqual(['-5.25']);
    expect(cash.findings.map(({ code }) => code)).toEqual(['NUMBER_INVALID']);
  });
});
