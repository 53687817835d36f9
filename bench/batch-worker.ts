/** One step of the batch bench, in a process of its own so that its memory is its own. Prints its figures as JSON. */
import { createHash, type Hash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { OptimizationProblem, OptimizationResult } from '../src/domain/index.ts';
import { optimize } from '../src/optimizer/index.ts';
import { decodeAccount } from '../src/optimizer-runtime/account-record.ts';
import { encodeAnswer } from '../src/optimizer-runtime/answer-record.ts';
import {
  encodeAccount,
  optimizeBatch,
  readAccountFile,
  writeAccountFile,
  type BatchModel,
} from '../src/optimizer-runtime/index.ts';
import type { BatchFile, BatchInput, BatchLatency, BatchRun } from './batch-figures.ts';
import { slope } from './growth.ts';
import { instanceSet } from './instances/index.ts';

const { step, path, instance, start, accounts, threads } = JSON.parse(
  process.argv[2] ?? '{}',
) as BatchInput;
const MEMORY_SAMPLES = 250;
/** Of the accounts: until then threads start, code is compiled and heaps find their size. */
const WARM_UP_SHARE = 0.2;
const MEGABYTE = 1024 * 1024;
const LATENCY_WARMING = 200;
const LATENCY_ACCOUNTS = 2000;

const steps = { generate, measure, latency };
process.stdout.write(JSON.stringify(await steps[step]()));

function modelOf(problem: OptimizationProblem): BatchModel {
  const { assets, factorCount, factors, specificVariance, riskAversion, rows } = problem;
  return { assets, factorCount, factors, specificVariance, riskAversion, rows };
}

/** Every account is another one; written as they are made, so that memory does not grow with their number. */
async function generate(): Promise<BatchFile> {
  const { problem } = instanceSet(instance);
  const model = modelOf(problem(0, 1));
  function* records(): Generator<Uint8Array> {
    for (let a = 0; a < accounts; a += 1) {
      yield encodeAccount(model, {
        accountId: `A${String(a).padStart(7, '0')}`,
        problem: problem(a, 1),
        start: start === 'warm' ? optimize(problem(a, 0)) : null,
      });
    }
  }
  const written = await writeAccountFile(path, records());
  const bytes = statSync(path).size;
  return { accounts: written, bytes, bytesPerAccount: bytes / written };
}

async function measure(): Promise<BatchRun> {
  const model = modelOf(instanceSet(instance).problem(0, 1));
  const hash = createHash('sha256');
  const memory: MemorySample[] = [];
  const every = Math.max(1, Math.floor(accounts / MEMORY_SAMPLES));
  let [answered, failures, worstRelativeGap, worstViolation] = [0, 0, 0, 0];
  const started = performance.now();
  for await (const answer of optimizeBatch(model, readAccountFile(path), { threads })) {
    answered += 1;
    if (answered % every === 0) {
      memory.push({ answered, megabytes: process.memoryUsage.rss() / MEGABYTE });
    }
    if (!answer.ok || answer.result.status !== 'optimal') {
      failures += 1;
      continue;
    }
    const { gap, primal, maxViolation } = answer.result.certificate;
    worstRelativeGap = Math.max(worstRelativeGap, Math.abs(gap) / (1 + Math.abs(primal)));
    worstViolation = Math.max(worstViolation, maxViolation);
    addTo(hash, answer.result);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    start,
    threads,
    accounts: answered,
    seconds,
    accountsPerSecond: answered / seconds,
    millionAccountsMinutes: (1e6 * seconds) / answered / 60,
    residentMegabytes: memoryOf(memory),
    worstRelativeGap,
    worstViolation,
    failures,
    answersHash: hash.digest('hex'),
  };
}

interface MemorySample {
  readonly answered: number;
  readonly megabytes: number;
}

function memoryOf(samples: readonly MemorySample[]): BatchRun['residentMegabytes'] {
  const later = samples.filter(({ answered }) => answered > WARM_UP_SHARE * accounts);
  const megabytes = later.map((sample) => sample.megabytes);
  const byTenth = Array.from({ length: 10 }, (_, tenth) =>
    Math.max(
      0,
      ...samples
        .filter(({ answered }) => Math.ceil((10 * answered) / accounts) === tenth + 1)
        .map((sample) => sample.megabytes),
    ),
  );
  const answered = later.map((sample) => sample.answered);
  return {
    least: Math.min(...megabytes),
    most: Math.max(...megabytes),
    last: megabytes.at(-1) ?? 0,
    perTenThousandAccounts: 1e4 * slope(answered, megabytes),
    byTenth,
  };
}

/** Every number of an answer, bit by bit. */
function addTo(hash: Hash, { weights, factorPrices, binding }: OptimizationResult): void {
  hash.update(bytesOf(weights));
  hash.update(bytesOf(factorPrices));
  hash.update(bytesOf(Float64Array.from(binding, ({ shadowPrice }) => shadowPrice)));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What a thread does for one account, here on the main thread and timed one by one. */
async function latency(): Promise<BatchLatency> {
  const model = modelOf(instanceSet(instance).problem(0, 1));
  const times: number[] = [];
  let seen = 0;
  for await (const bytes of readAccountFile(path)) {
    const began = performance.now();
    const { problem, start: prices } = decodeAccount(model, bytes);
    encodeAnswer(optimize(problem, prices === null ? {} : { start: prices }));
    const time = performance.now() - began;
    seen += 1;
    if (seen > Math.min(LATENCY_WARMING, accounts / 2)) times.push(time);
    if (times.length === LATENCY_ACCOUNTS) break;
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] as number;
  return { start, accounts: times.length, median: at(0.5), p99: at(0.99), max: at(1) };
}
