import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfBase64 } from './base64.ts';

test('the examples of RFC 4648', () => {
  const text = (base64: string): string => Buffer.from(bytesOfBase64(base64)).toString('latin1');
  expect(['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'].map(text)).toEqual([
    '',
    'f',
    'fo',
    'foo',
    'foob',
    'fooba',
    'foobar',
  ]);
});

test('what the platform encodes comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const base64 = Buffer.from(bytes).toString('base64');
      expect([...bytesOfBase64(base64)]).toEqual([...bytes]);
    }),
  );
});

test('refuses what is not base64', () => {
  expect(() => bytesOfBase64('abc')).toThrow('groups of four');
  expect(() => bytesOfBase64('ab_c')).toThrow('own digits');
});
