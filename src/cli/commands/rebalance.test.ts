import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRM_FILES } from '../../../test/support/firm.ts';
import { rebalanceCommand } from './rebalance.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-rebalance-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface ResultDocument {
  readonly totals: Readonly<Record<string, unknown>>;
  readonly accounts: readonly Readonly<Record<string, unknown>>[];
  readonly orders: readonly {
    readonly symbol: string;
    readonly reasons: readonly Readonly<Record<string, unknown>>[];
    readonly lots: readonly Readonly<Record<string, string>>[];
  }[];
  readonly refusals: readonly {
    readonly accountId: string;
    readonly conflict: readonly { readonly text: string }[];
  }[];
}

async function run(
  files: Readonly<Record<string, string>>,
  out?: string,
): Promise<{ exitCode: number; text: string; document: ResultDocument }> {
  for (const [name, text] of Object.entries({ ...FIRM_FILES, ...files })) {
    await writeFile(join(directory, name), text);
  }
  let text = '';
  const terminal = {
    // As the terminal of a process does: what it is given ends with a line end.
    out: (piece: string) => {
      text += piece.endsWith('\n') ? piece : `${piece}\n`;
    },
    note: () => undefined,
    isInteractive: false,
  };
  const exitCode = await rebalanceCommand({ directory, out, isJson: true }, terminal);
  return { exitCode, text, document: JSON.parse(text) as ResultDocument };
}

describe('the result of a rebalance from files', () => {
  it('is the same on standard output and in result.json', async () => {
    const out = join(directory, 'out');
    const { text, document } = await run({}, out);
    expect(document.orders.length).toBeGreaterThan(0);
    expect(await readFile(join(out, 'result.json'), 'utf8')).toBe(text);
  });

  it('tells in the report what the proof is worth, and what cannot hold together', async () => {
    const out = join(directory, 'out');
    await run({}, out);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain(
      'Proved within a millionth of a basis point of the best',
    );
    // At least 60 % and at most 40 % in one name: no portfolio has both.
    const contradiction =
      'scope,symbol,sector,issuer,kind,value\nfirm,,Technology,,minWeight,0.6\nfirm,,Technology,,maxWeight,0.4';
    const { document } = await run({ 'restrictions.csv': contradiction }, out);
    const conflict = document.refusals[0]?.conflict ?? [];
    for (const { text } of conflict) {
      expect(await readFile(join(out, 'report.html'), 'utf8')).toContain(text);
    }
    expect(conflict.length).toBeGreaterThan(0);
  });

  it('has weights as numbers, and money as text that adds up to its last digit', async () => {
    // A lot of 100 AAA with a basis to a thousandth goes whole: 10,000.00 - 8,000.005 = 1,999.995.
    const { document } = await run({
      'accounts.csv': 'accountId,householdId,taxStatus,modelId\nA1,H1,rothIra,M',
      'models.csv': 'modelId,component,weight\nM,BBB,1',
      'tax-lots.csv':
        'accountId,symbol,quantity,costBasis,acquiredDate,lotId\nA1,AAA,100,8000.005,2020-01-02,a1',
      'settings.json': JSON.stringify({ costs: { linearRate: '0' } }),
    });
    const sale = document.orders.find((order) => order.symbol === 'AAA');
    expect(sale?.lots[0]).toMatchObject({
      costBasis: '8000.005',
      proceeds: '10000.00',
      gain: '1999.995',
    });
    expect(document.accounts[0]?.['realizedLongTerm']).toBe('1999.995');
    expect(document.totals['realizedLongTerm']).toBe('1999.995');
    expect(sale?.reasons[0]).toMatchObject({ code: 'NOT_IN_MODEL', weightBefore: 1 });
    expect(document.accounts[0]?.['drift']).toMatchObject({
      before: { activeShare: 1, absoluteMax: 1, relativeMax: 1 },
      after: { activeShare: 0 },
    });
  });

  it('is written also where two conflicts hold at once: what may not be bought, and a reserve', async () => {
    // Technology must be 5 % and may be neither bought nor sold; nothing else is held that could be sold.
    const { exitCode, document } = await run({
      'models.csv': 'modelId,component,weight\nM,BBB,1',
      'tax-lots.csv': 'accountId,symbol,quantity,costBasis,acquiredDate\nA1,DDD,500,1,2020-01-02',
      'accounts.csv':
        'accountId,householdId,taxStatus,modelId,cashReserveAmount\nA1,H1,rothIra,M,15000',
      'cash.csv': 'accountId,amount\nA1,100',
      'restrictions.csv':
        'scope,symbol,sector,kind,value\nfirm,,Technology,minWeight,0.05\nfirm,DDD,,doNotTrade,',
    });
    expect([exitCode, document.refusals.map((refusal) => refusal.accountId)]).toEqual([5, ['A1']]);
  });

  it('counts as refused whom it lists as refused, also where the row of the account was rejected', async () => {
    const { document } = await run({
      'accounts.csv': 'accountId,householdId,taxStatus,modelId\nA1,H1,rothIra,M\nA2,H1,unknown,M',
    });
    expect(document.refusals.map((refusal) => refusal.accountId)).toEqual(['A2']);
    expect(document.totals['refused']).toBe(1);
  });
});
