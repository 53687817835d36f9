import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Decimal } from '../../kernel/index.ts';
import { identifier, type AccountId, type InstrumentSymbol } from '../../domain/index.ts';
import { SimulatedCustodian, type OpeningBooks } from './simulated-custodian.ts';

const OPENING: OpeningBooks = {
  positions: [
    {
      accountId: identifier<AccountId>('A1'),
      symbol: identifier<InstrumentSymbol>('XYZ'),
      quantity: Decimal.parse<'Quantity'>('100'),
    },
  ],
  cash: [{ accountId: identifier<AccountId>('A1'), amount: Decimal.parse<'Money'>('1000.00') }],
};

const HEADER =
  'allocationId,accountId,symbol,side,quantity,averagePrice,grossAmount,commission,netAmount,tradeDate';
const SALE = 'al-1,A1,XYZ,sell,100,10.5,1050.00,1.25,1048.75,2026-03-31';
const PURCHASE = 'al-2,A1,ABC,buy,7.5,20,150.00,0.50,-150.50,2026-03-31';
const NAME = 'allocation-instruction-2026-03-31-run-1.csv';

async function openCustodian() {
  const root = await mkdtemp(join(tmpdir(), 'evenkeel-custodian-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const options = {
    stateDirectory: join(root, 'state'),
    instructionsDirectory: join(root, 'out'),
    statementsDirectory: join(root, 'in'),
  };
  await mkdir(options.instructionsDirectory);
  const custodian = new SimulatedCustodian(options);
  await custodian.open(OPENING);
  const statement = (name: string): Promise<string> =>
    readFile(join(options.statementsDirectory, `${name}-2026-03-31.csv`), 'utf8');
  const instruct = (name: string, rows: readonly string[]): Promise<void> =>
    writeFile(join(options.instructionsDirectory, name), [HEADER, ...rows, ''].join('\r\n'));
  return { options, custodian, statement, instruct };
}

describe('the simulated custodian', () => {
  it('SC1 books an instruction once, with its own arithmetic', async () => {
    const { options, custodian, statement, instruct } = await openCustodian();
    await instruct(NAME, [SALE, PURCHASE]);
    expect(await custodian.processInstructions()).toEqual([NAME]);
    expect(await custodian.processInstructions()).toEqual([]);
    // Another process on the same files, opened again.
    const again = new SimulatedCustodian(options);
    await again.open(OPENING);
    expect(await again.processInstructions()).toEqual([]);
    // 100 - 100 is no position; 1000 + (1050 - 1.25) - (150 + 0.50) = 1898.25.
    const lines = (await statement('custodian-positions')).trim().split(/\r?\n/);
    expect(lines).toEqual(['accountId,symbol,quantity', 'A1,ABC,7.5']);
    expect(await statement('custodian-cash')).toContain('A1,1898.25');
  });

  it('SC2 acknowledges what its statements contain', async () => {
    const { custodian, statement, instruct } = await openCustodian();
    await instruct(NAME, [SALE]);
    await custodian.processInstructions();
    expect((await statement('custodian-acknowledgement')).trim().split(/\r?\n/)).toEqual([
      'instruction',
      NAME,
    ]);
    expect((await statement('custodian-positions')).trim()).toBe('accountId,symbol,quantity');
  });
});
