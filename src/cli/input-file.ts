/** The bytes of one input file: a path or `-` for standard input, gzip undone, none above the size limit. */
import { createReadStream } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FILE_BYTES_MAX } from '../connectors/index.ts';
import { errorFinding } from '../domain/index.ts';
import type { Code, Finding } from '../domain/index.ts';
import { err, ok, type Result } from '../kernel/index.ts';

/**
 * @param path a file, or `-` for standard input
 * @refuses FILE_UNREADABLE, FILE_TOO_LARGE (also by what gzip unpacks to)
 */
export async function readInputFile(path: string): Promise<Result<Uint8Array, Finding>> {
  const refused = (code: Code, message: string): Result<Uint8Array, Finding> =>
    err(errorFinding(code, message, { file: path }));
  const tooLarge = `more than ${String(FILE_BYTES_MAX)} bytes`;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const stream: AsyncIterable<Uint8Array> = path === '-' ? process.stdin : createReadStream(path);
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > FILE_BYTES_MAX) return refused('FILE_TOO_LARGE', tooLarge);
      chunks.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return refused('FILE_UNREADABLE', error.message);
  }
  const bytes = Buffer.concat(chunks);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return ok(bytes);
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: FILE_BYTES_MAX }));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return error.code === 'ERR_BUFFER_TOO_LARGE'
      ? refused('FILE_TOO_LARGE', `${tooLarge} when unpacked`)
      : refused('FILE_UNREADABLE', `gzip: ${error.message}`);
  }
}
