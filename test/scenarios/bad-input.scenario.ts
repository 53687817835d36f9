/**
 * What happens to a firm directory with mistakes in it: each is named with file, row, code and remedy, all at
 * once, and the accounts that are not concerned still go through.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rebalanceCommand } from '../../src/cli/commands/rebalance.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { table } from '../support/firm.ts';

const root = mkdtempSync(join(tmpdir(), 'evenkeel-bad-input-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Two households, three accounts, nothing wrong. */
const GOOD: Readonly<Record<string, string>> = {
  'households.csv': table(`
    | householdId | federalShortTermRate | federalLongTermRate | stateRate |
    | H1          | 0.37                 | 0.20                | 0.05      |
    | H2          | 0.24                 | 0.15                | 0         |`),
  'accounts.csv': table(`
    | accountId | householdId | taxStatus | modelId |
    | A1        | H1          | taxable   | M       |
    | A2        | H1          | rothIra   | M       |
    | A3        | H2          | taxable   | M       |`),
  'securities.csv': table(`
    | symbol | assetClass | sector     | issuer |
    | AAA    | equity     | Technology | Alpha  |
    | BBB    | equity     | Energy     | Beta   |`),
  'prices.csv': table(`
    | symbol | date       | close | volume |
    | AAA    | 2026-06-30 | 100   | 100000 |
    | BBB    | 2026-06-30 | 50    | 100000 |`),
  'models.csv': table(`
    | modelId | component | weight |
    | M       | AAA       | 0.5    |
    | M       | BBB       | 0.5    |`),
  'tax-lots.csv': table(`
    | accountId | symbol | quantity | costBasis | acquiredDate | lotId |
    | A1        | AAA    | 100      | 8000      | 2020-01-02   | a1    |
    | A2        | AAA    | 100      | 8000      | 2020-01-02   | a2    |
    | A3        | AAA    | 100      | 8000      | 2020-01-02   | a3    |`),
  'cash.csv': table(`
    | accountId | amount |
    | A1        | 0      |
    | A2        | 0      |
    | A3        | 0      |`),
};

interface Document {
  readonly accounts?: readonly { readonly accountId: string; readonly status: string }[];
  readonly refusals?: readonly {
    readonly accountId: string;
    readonly findings: readonly Found[];
  }[];
  readonly findings?: readonly Found[];
  readonly errors?: readonly Found[];
}

interface Found {
  readonly code: string;
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  readonly message: string;
  readonly advice: string;
}

let count = 0;

async function rebalance(
  files: Readonly<Record<string, string | null>>,
): Promise<{ exitCode: number; document: Document }> {
  count += 1;
  const directory = join(root, String(count));
  mkdirSync(directory);
  for (const [name, text] of Object.entries({ ...GOOD, ...files })) {
    if (text !== null) writeFileSync(join(directory, name), text);
  }
  let output = '';
  const terminal: Terminal = {
    out: (text) => {
      output += text;
    },
    note: () => undefined,
    isInteractive: false,
  };
  const exitCode = await rebalanceCommand({ directory, isJson: true }, terminal);
  return { exitCode, document: JSON.parse(output) as Document };
}

const proposed = (document: Document): string[] =>
  (document.accounts ?? []).filter((a) => a.status === 'proposed').map((a) => a.accountId);

/** All findings but the one that one day of prices must cause. */
const foundIn = (document: Document): Found[] =>
  [
    ...(document.errors ?? []),
    ...(document.findings ?? []),
    ...(document.refusals ?? []).flatMap((refusal) => refusal.findings),
  ].filter((finding) => finding.code !== 'RISK_HISTORY_SHORT');

/** Appends a row to one of the good tables. */
const plus = (name: string, row: string): Record<string, string> => ({
  [name]: `${GOOD[name] ?? ''}\n${row}`,
});
/** Replaces text in one of the good tables. */
const changed = (name: string, from: string, to: string): Record<string, string> => ({
  [name]: (GOOD[name] ?? '').replace(from, to),
});

describe('a firm directory', () => {
  it('without mistakes is decided whole', async () => {
    const { exitCode, document } = await rebalance({});
    expect([exitCode, proposed(document), foundIn(document)]).toEqual([0, ['A1', 'A2', 'A3'], []]);
  });

  // mistake, files, part of a code, file of the finding, accounts that still go through
  it.each([
    [
      'a bad number',
      changed('tax-lots.csv', 'A3,AAA,100', 'A3,AAA,1O0'),
      'NUMBER',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'a negative quantity',
      changed('tax-lots.csv', 'A3,AAA,100', 'A3,AAA,-100'),
      'QUANTITY|NEGATIVE|POSITIVE|NUMBER',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'an exponent',
      changed('tax-lots.csv', 'A3,AAA,100', 'A3,AAA,1e2'),
      'NUMBER',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'a duplicate lot',
      plus('tax-lots.csv', 'A3,AAA,5,400,2021-01-04,a3'),
      'DUPLICATE',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'an unknown symbol',
      plus('tax-lots.csv', 'A3,ZZZ,5,400,2021-01-04,z1'),
      'UNKNOWN',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'a date that does not exist',
      changed('tax-lots.csv', '2020-01-02,a3', '2020-02-30,a3'),
      'DATE',
      'tax-lots.csv',
      ['A1', 'A2'],
    ],
    [
      'an unknown tax status',
      changed('accounts.csv', 'A3,H2,taxable', 'A3,H2,taxed'),
      '',
      'accounts.csv',
      ['A1', 'A2'],
    ],
    [
      'an unknown household',
      changed('accounts.csv', 'A3,H2', 'A3,H9'),
      'UNKNOWN',
      'accounts.csv',
      ['A1', 'A2'],
    ],
    [
      'an unknown model',
      changed('accounts.csv', 'A3,H2,taxable,M', 'A3,H2,taxable,N'),
      'UNKNOWN|MODEL',
      'accounts.csv',
      ['A1', 'A2'],
    ],
    [
      'a second currency',
      { 'cash.csv': 'accountId,amount,currency\nA1,0,USD\nA2,0,USD\nA3,0,EUR' },
      'CURRENCY',
      'cash.csv',
      ['A1', 'A2'],
    ],
  ])(
    '%s: named with its place, the others go through',
    async (_name, files, code, file, through) => {
      const { exitCode, document } = await rebalance(files);
      expect(exitCode).toBe(5);
      expect(proposed(document)).toEqual(through);
      const found = foundIn(document).filter(
        (f) => f.file === file && new RegExp(code).test(f.code),
      );
      expect(found.length).toBeGreaterThan(0);
      for (const finding of found) {
        expect(finding.row).toBeGreaterThan(1);
        expect(finding.advice.length).toBeGreaterThan(10);
      }
    },
  );

  it.each([
    [
      'an account without a model',
      changed('accounts.csv', 'A3,H2,taxable,M', 'A3,H2,taxable,'),
      'ACCOUNT_WITHOUT_MODEL',
      ['A1', 'A2'],
    ],
    ['a stale price', changed('prices.csv', 'AAA,2026-06-30', 'AAA,2026-06-01'), 'PRICE', []],
    ['a missing price', changed('prices.csv', 'BBB,2026-06-30,50,100000', ''), 'PRICE', []],
    ['weights that do not add up', changed('models.csv', 'M,BBB,0.5', 'M,BBB,0.4'), 'MODEL', []],
    ['a cycle of models', plus('models.csv', 'N,model:N,1'), 'CYCLE', ['A1', 'A2', 'A3']],
    [
      'contradicting restrictions',
      {
        'restrictions.csv':
          'scope,symbol,kind,value\naccount:A3,AAA,maxWeight,0.1\naccount:A3,AAA,minWeight,0.3',
      },
      'CONTRADICT',
      ['A1', 'A2'],
    ],
  ])('%s', async (_name, files, code, through) => {
    const { exitCode, document } = await rebalance(files);
    expect(proposed(document)).toEqual(through);
    expect(foundIn(document).some((f) => f.code.includes(code))).toBe(true);
    if (through.length < 3) expect(exitCode).toBe(5);
  });

  it('a restriction against a target is a warning, and the account is decided around it', async () => {
    const { document } = await rebalance({
      'restrictions.csv': 'scope,symbol,kind,reason\naccount:A3,BBB,doNotBuy,client wish',
    });
    expect(foundIn(document).map((f) => f.code)).toContain('RESTRICTION_CONTRADICTS_TARGET');
    expect(document.accounts?.find((a) => a.accountId === 'A3')?.status).not.toBe('refused');
  });

  it('a band on a model inside a model is warned about, because it is not used', async () => {
    const { exitCode, document } = await rebalance({
      'models.csv': [
        'modelId,component,weight,bandAbsolute',
        'M,model:N,1,0.05',
        'N,AAA,0.5,',
        'N,BBB,0.5,0.01',
      ].join('\n'),
    });
    expect([exitCode, proposed(document).length]).toEqual([0, 3]);
    const found = foundIn(document).filter((f) => f.code === 'MODEL_LINE_DETAIL_UNUSED');
    expect(found.map((f) => [f.file, f.row])).toEqual([['models.csv', 2]]);
  });

  it('an unknown column is warned about and never used', async () => {
    const { exitCode, document } = await rebalance({
      'cash.csv': 'accountId,amount,colour\nA1,0,red\nA2,0,red\nA3,0,',
    });
    expect([exitCode, proposed(document).length]).toEqual([0, 3]);
    expect(foundIn(document).some((f) => /COLUMN/.test(f.code))).toBe(true);
  });

  it('all mistakes are reported at once', async () => {
    const { document } = await rebalance({
      ...changed('tax-lots.csv', 'A1,AAA,100', 'A1,AAA,x'),
      ...changed('accounts.csv', 'A3,H2,taxable', 'A3,H2,taxed'),
      ...changed('cash.csv', 'A2,0', 'A2,none'),
    });
    const files = new Set(
      foundIn(document)
        .map((f) => f.file)
        .filter((f) => f !== undefined),
    );
    expect([...files].sort()).toEqual(['accounts.csv', 'cash.csv', 'tax-lots.csv']);
  });

  it.each([
    'accounts.csv',
    'prices.csv',
    'models.csv',
    'tax-lots.csv',
    'cash.csv',
    'securities.csv',
    'households.csv',
  ])('without %s cannot be used, and says which file is missing', async (name) => {
    const { exitCode, document } = await rebalance({ [name]: null });
    expect(exitCode).toBe(2);
    expect(document.errors?.some((f) => f.file === name)).toBe(true);
  });

  it('of one account works, and of none has nothing to do', async () => {
    const one = await rebalance({
      'accounts.csv': 'accountId,householdId,taxStatus,modelId\nA1,H1,taxable,M',
      'tax-lots.csv':
        'accountId,symbol,quantity,costBasis,acquiredDate\nA1,AAA,100,8000,2020-01-02',
      'cash.csv': 'accountId,amount\nA1,0',
    });
    expect([one.exitCode, proposed(one.document)]).toEqual([0, ['A1']]);
    const none = await rebalance({
      'accounts.csv': 'accountId,householdId,taxStatus,modelId',
      'tax-lots.csv': 'accountId,symbol,quantity,costBasis,acquiredDate',
      'cash.csv': 'accountId,amount',
    });
    expect([none.exitCode, none.document.accounts]).toEqual([0, []]);
  });

  it.each([
    ['an empty file', ''],
    ['a NUL byte', 'accountId,amount\nA1,\u00000\nA2,0\nA3,0'],
    ['an unclosed quote', 'accountId,amount\n"A1,0\nA2,0'],
    ['a prototype as a column', 'accountId,amount,__proto__\nA1,0,x\nA2,0,x\nA3,0,x'],
    ['a row too long', 'accountId,amount\nA1,0,0,0\nA2,0\nA3,0'],
  ])('with %s in cash.csv ends in a document, not in a crash', async (_name, cash) => {
    const { exitCode, document } = await rebalance({ 'cash.csv': cash });
    expect([0, 2, 5]).toContain(exitCode);
    expect(foundIn(document).length).toBeGreaterThan(0);
  });
});
