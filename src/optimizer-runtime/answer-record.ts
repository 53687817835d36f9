/**
 * One account's answer as a binary record, transferred from a worker without copying. Layout as in
 * account-record.ts:
 *
 *   Int32    magic, n, k, bytes of text
 *   Float64  primal, dual, gap, largest violation; weights n; factor prices k
 *   text     JSON of the rest of the result
 */
import { assert } from '../kernel/index.ts';
import type { OptimizationResult } from '../domain/index.ts';
import { padded, RecordReader, RecordWriter } from './record-bytes.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

const MAGIC = 0x31414c45;
const HEADER = 4;

export function encodeAnswer(result: OptimizationResult): Uint8Array<ArrayBuffer> {
  const { weights, factorPrices, certificate, ...rest } = result;
  const { primal, dual, gap, maxViolation, ...more } = certificate;
  const text = new TextEncoder().encode(toTaggedJson({ ...rest, certificate: more }));
  const writer = new RecordWriter(
    4 * HEADER + 8 * (4 + weights.length + factorPrices.length) + padded(text.length),
  );
  writer.integers([MAGIC, weights.length, factorPrices.length, text.length]);
  writer.floats([primal, dual, gap, maxViolation]);
  writer.floats(weights);
  writer.floats(factorPrices);
  writer.text(text);
  return writer.bytes;
}

export function decodeAnswer(bytes: Uint8Array): OptimizationResult {
  const reader = new RecordReader(bytes);
  const [magic, n, k, textBytes] = reader.integers(HEADER);
  assert(magic === MAGIC, 'the bytes are an answer record');
  const [primal, dual, gap, maxViolation] = reader.floats(4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const weights = reader.floats(n as number);
  const factorPrices = reader.floats(k as number);
  const rest = fromTaggedJson(reader.text(textBytes as number)) as Omit<
    OptimizationResult,
    'weights' | 'factorPrices' | 'certificate'
  > & { readonly certificate: object };
  const certificate = { primal, dual, gap, maxViolation, ...rest.certificate };
  return { ...rest, weights, factorPrices, certificate } as OptimizationResult;
}
