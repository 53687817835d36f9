import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LinearRow, OptimizationProblem } from '../domain/index.ts';
import { Rng } from '../kernel/index.ts';
import { optimize } from '../optimizer/index.ts';
import {
  encodeAccount,
  optimizeBatch,
  readAccountFile,
  writeAccountFile,
  type BatchAnswer,
  type BatchModel,
} from './index.ts';
import { decodeAccount } from './account-record.ts';

const N = 40;
const K = 5;
const rng = new Rng(11);
const uniform = (count: number, least: number, most: number): Float64Array =>
  Float64Array.from({ length: count }, () => least + (most - least) * rng.uniform());

const model: BatchModel = {
  assets: Array.from({ length: N }, (_, i) => `S${String(i).padStart(2, '0')}`),
  factorCount: K,
  factors: uniform(N * K, -0.1, 0.2),
  specificVariance: uniform(N, 0.01, 0.1),
  riskAversion: 20,
  rows: [
    { name: 'budget', coefficients: new Float64Array(N).fill(1) },
    { name: 'sector', coefficients: Float64Array.from({ length: N }, (_, i) => (i < 10 ? 1 : 0)) },
  ],
};

function accountOf(overrides: Partial<OptimizationProblem> = {}): OptimizationProblem {
  const shares = uniform(N, 0, 1);
  const total = shares.reduce((a, b) => a + b, 0);
  const current = shares.map((share) => share / total);
  return {
    assets: model.assets,
    target: new Float64Array(N).fill(1 / N),
    current,
    specificVariance: model.specificVariance,
    factors: model.factors,
    factorCount: K,
    riskAversion: model.riskAversion,
    linear: rng.uniform() < 0.5 ? null : uniform(N, -0.01, 0.01),
    costs: Array.from(current, (weight) =>
      rng.uniform() < 0.3
        ? null
        : { breakpoints: [weight / 2, weight], slopes: [-0.05 * rng.uniform(), -0.001, 0.001] },
    ).map((cost) => (cost === null || (cost.slopes[0] as number) > -0.001 ? null : cost)),
    lower: new Float64Array(N),
    upper: new Float64Array(N).fill(0.2),
    rows: [
      {
        name: 'budget',
        coefficients: model.rows[0]?.coefficients as Float64Array,
        lower: 0.98,
        upper: 0.98,
      },
      {
        name: 'sector',
        coefficients: model.rows[1]?.coefficients as Float64Array,
        lower: -Infinity,
        upper: 0.2,
      },
    ],
    ...overrides,
  };
}

const accounts = Array.from({ length: 150 }, (_, i) => ({
  accountId: `A${String(i)}`,
  problem: accountOf(),
  start: null,
}));
const records = accounts.map((account) => encodeAccount(model, account));

async function taken(
  input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: Parameters<typeof optimizeBatch>[2],
): Promise<BatchAnswer[]> {
  const answers: BatchAnswer[] = [];
  for await (const answer of optimizeBatch(model, input, options)) answers.push(answer);
  return answers;
}

describe('a batch', () => {
  it('B1, B2: gives the answers of optimize, in order, to the last bit, on any number of threads', async () => {
    const alone = accounts.map(({ accountId, problem }, index) => ({
      index,
      accountId,
      ok: true,
      result: optimize(problem),
    }));
    for (const [threads, chunkSize] of [
      [1, 1000],
      [2, 7],
      [3, 1],
    ] as const) {
      expect(await taken(records, { threads, chunkSize })).toStrictEqual(alone);
    }
  });

  it('B2: does not let one account reach the next', async () => {
    const reversed = await taken(records.toReversed(), { threads: 1 });
    const forward = await taken(records, { threads: 1 });
    const weightsOf = (answer: BatchAnswer | undefined): unknown =>
      answer?.ok === true ? [answer.accountId, answer.result.weights] : answer;
    expect(reversed.toReversed().map(weightsOf)).toStrictEqual(forward.map(weightsOf));
  });

  it('B3: draws input only as fast as answers are taken', async () => {
    let drawn = 0;
    function* counted(): Generator<Uint8Array> {
      for (const record of records) {
        drawn += 1;
        yield record;
      }
    }
    const batch = optimizeBatch(model, counted(), { threads: 2, chunkSize: 2 });
    await batch.next();
    // Two threads, three chunks each, and one more when the first chunk was taken.
    expect(drawn).toBeLessThanOrEqual(2 * 3 * 2 + 2);
    await batch.return();
  });

  it('B4: tells of the accounts that fail, and answers the others as ever', async () => {
    const damaged = [...records];
    damaged[3] = (records[3] as Uint8Array).slice(0, 100);
    const bad = accountOf({ lower: new Float64Array(N).fill(Number.NaN) });
    damaged[5] = encodeAccount(model, { accountId: 'NAN', problem: bad, start: null });
    const answers = await taken(damaged, { threads: 2, chunkSize: 4 });
    expect(answers[3]).toMatchObject({ ok: false, accountId: null });
    expect(answers[5]).toMatchObject({ ok: false, accountId: 'NAN' });
    expect(answers.filter(({ ok }) => ok)).toHaveLength(records.length - 2);
    const infeasible = accountOf({ upper: new Float64Array(N).fill(0.001) });
    const [answer] = await taken(
      [encodeAccount(model, { accountId: 'X', problem: infeasible, start: null })],
      { threads: 1 },
    );
    expect(answer?.ok === true && answer.result.status).toBe('infeasible');
  });

  it('B5: ends when its signal says so, and passes on what its input throws', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = (async () => {
      for await (const answer of optimizeBatch(model, endless(), {
        threads: 2,
        signal: controller.signal,
      })) {
        seen.push(answer.index);
        if (answer.index === 40) controller.abort(new Error('enough'));
      }
    })();
    await expect(run).rejects.toThrow('enough');
    expect(seen.length).toBeGreaterThan(40);
    await expect(taken(broken(), { threads: 1 })).rejects.toThrow('the disk is gone');
  });

  it('reports progress and refuses options that make no sense', async () => {
    const progress: number[] = [];
    await taken(records.slice(0, 70), {
      threads: 1,
      chunkSize: 32,
      onProgress: (answered) => progress.push(answered),
    });
    expect(progress).toEqual([32, 64, 70]);
    await expect(taken(records, { threads: 0 })).rejects.toThrow('threads');
    await expect(taken(records, { chunkSize: 0.5 })).rejects.toThrow('chunkSize');
  });
});

function* endless(): Generator<Uint8Array> {
  // Far more than the test takes, yet an end.
  for (let i = 0; i < 1_000_000; i += 1) yield records[i % records.length] as Uint8Array;
}

function* broken(): Generator<Uint8Array> {
  yield records[0] as Uint8Array;
  throw new Error('the disk is gone');
}

describe('an account record', () => {
  it('keeps everything of a problem, the rare parts too', () => {
    const rows: LinearRow[] = [
      ...accountOf().rows.map((row) => ({ ...row, soft: { penalty: 2 } })),
      { name: 'own', coefficients: uniform(N, 0, 1), lower: -Infinity, upper: 0.5 },
    ];
    const problem = accountOf({
      rows,
      impact: { coefficient: uniform(N, 0, 0.1), power: 1.5 },
      budgets: [
        { kind: 'turnover', name: 'turnover', measure: 'oneWay', maximum: 0.1 },
        { kind: 'trackingError', name: 'te', benchmark: uniform(N, 0, 0.1), maximum: 0.02 },
      ],
    });
    const start = {
      factorPrices: uniform(K, -1, 1),
      binding: [{ constraint: 'budget', shadowPrice: -0.25 }],
    };
    const record = encodeAccount(model, { accountId: 'Konto-Ä', problem, start });
    expect(decodeAccount(model, record)).toStrictEqual({ accountId: 'Konto-Ä', problem, start });
  });

  it('refuses a problem over another model', () => {
    const other = accountOf({ riskAversion: 7 });
    expect(() => encodeAccount(model, { accountId: 'A', problem: other, start: null })).toThrow(
      'risk aversion',
    );
    const coefficients = new Float64Array(N).fill(2);
    const changed = accountOf({ rows: [{ name: 'budget', coefficients, lower: 1, upper: 1 }] });
    expect(() => encodeAccount(model, { accountId: 'A', problem: changed, start: null })).toThrow(
      'budget',
    );
  });
});

describe('a file of accounts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-batch-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'accounts.bin');

  it('is read back as it was written, and streams into a batch', async () => {
    expect(await writeAccountFile(path, records)).toBe(records.length);
    const read: Uint8Array[] = [];
    for await (const record of readAccountFile(path)) read.push(record);
    expect(read).toEqual(records);
    const streamed = await taken(readAccountFile(path), { threads: 2 });
    expect(streamed).toStrictEqual(await taken(records, { threads: 1 }));
  });

  it('says where it is damaged', async () => {
    await writeAccountFile(path, records.slice(0, 3));
    const first = (records[0] as Uint8Array).length;
    truncateSync(path, 8 + first + 20);
    await expect(taken(readAccountFile(path), { threads: 1 })).rejects.toThrow(
      `ends within the record at byte ${String(8 + first)}`,
    );
    writeFileSync(path, 'this is not a file of accounts');
    await expect(taken(readAccountFile(path), { threads: 1 })).rejects.toThrow('byte 0');
  });
});
