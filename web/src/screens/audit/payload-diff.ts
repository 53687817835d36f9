/** Differences between two JSON values, by path: what an entry changed against the one before it. */

export interface PayloadChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Leaves of a value by path; arrays by index. Invariant: every scalar appears under exactly one path. */
export function leaves(value: unknown, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (inner: unknown, at: string): void => {
    if (Array.isArray(inner)) inner.forEach((item, i) => visit(item, `${at}[${String(i)}]`));
    else if (isRecord(inner))
      for (const [name, item] of Object.entries(inner))
        visit(item, at === '' ? name : `${at}.${name}`);
    else found.set(at, typeof inner === 'string' ? inner : JSON.stringify(inner ?? null));
  };
  visit(value, path);
  return found;
}

/** Paths whose value differs, appears or disappears, by path. */
export function payloadDiff(before: unknown, after: unknown): readonly PayloadChange[] {
  const left = leaves(before);
  const right = leaves(after);
  const paths = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return paths.flatMap((path) => {
    const change = { path, before: left.get(path) ?? null, after: right.get(path) ?? null };
    return change.before === change.after ? [] : [change];
  });
}
