/** Largest file that is read: beyond it a mistake is likelier than a firm. */
export const FILE_BYTES_MAX = 200 * 1024 * 1024;

/** UTF-8 bytes, or text that was decoded already, as text without a byte order mark; null = not UTF-8. */
export function decodeText(content: string | Uint8Array): string | null {
  if (typeof content === 'string') {
    return content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
