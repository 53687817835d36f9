import { describe, expect, it } from 'vitest';
import { readCustodianCash, readCustodianPositions } from '../../connectors/index.ts';
import { generateFirm } from '../firm/index.ts';
import { custodianCashLines, custodianPositionLines, writeCustodianFiles } from './index.ts';

describe("the custodian's files", () => {
  const book = generateFirm({ seed: 'statement', households: 6 });

  it('E1: hold the sums of the lots and a cash line for every account, and are read back', () => {
    const files = writeCustodianFiles(book);
    const positions = readCustodianPositions(files.positions);
    const cash = readCustodianCash(files.cash);
    expect([...positions.findings, ...cash.findings]).toEqual([]);
    expect(
      positions.lines.map((line) => ({ ...line, quantity: line.quantity.toString() })),
    ).toEqual(
      custodianPositionLines(book).map((line) => ({ ...line, quantity: line.quantity.toString() })),
    );
    expect(cash.lines).toHaveLength(book.accounts.size);
    expect(custodianCashLines(book)).toHaveLength(book.accounts.size);
    const [accountId, lots = []] = [...book.taxLots][0] ?? [];
    const symbol = lots[0]?.symbol;
    const expected = lots
      .filter((lot) => lot.symbol === symbol)
      .reduce((n, lot) => n + lot.quantity.toFloat(), 0);
    const line = positions.lines.find(
      (one) => one.accountId === accountId && one.symbol === symbol,
    );
    expect(line?.quantity.toFloat()).toBe(expected);
  });
});
