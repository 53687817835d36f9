import type { Dictionary } from '../dictionary/definition.ts';
import { FrameReader } from './frame-reader.ts';
import type { ReceivedMessage } from './message.ts';

/** Reads bytes that are exactly one sound message, as a store keeps them; null for anything else. */
export function decodeMessage(bytes: Uint8Array, dictionary: Dictionary): ReceivedMessage | null {
  const frames = new FrameReader(dictionary, { messageLengthMax: bytes.length }).push(bytes);
  const only = frames[0];
  if (frames.length !== 1 || only?.kind !== 'message') return null;
  return only.bytes.length === bytes.length ? only.message : null;
}
