/** JSON that also carries typed arrays and infinities: for the few parts of a record that are not columns. */

/** @returns text that `fromTaggedJson` turns back into the same value */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Float64Array) return { $floats: Array.from(part, tagged) };
    return tagged(part);
  });
}

/** @returns the value that `toTaggedJson` wrote; the caller names its type */
export function fromTaggedJson(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object') return part;
    if ('$infinite' in part) return part.$infinite === 1 ? Infinity : -Infinity;
    if ('$floats' in part) return Float64Array.from(part.$floats as number[]);
    return part;
  });
}

function tagged(part: unknown): unknown {
  if (part === Infinity) return { $infinite: 1 };
  return part === -Infinity ? { $infinite: -1 } : part;
}
