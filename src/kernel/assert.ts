/** Raised when the program breaks its own rules: our bug, never the user's. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Stops the unit of work when an invariant of the program does not hold.
 *
 * @param invariant a sentence stating what should have been true
 * @throws AssertionError if `condition` is false
 */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(invariant);
}

/** Marks a branch that the types say cannot be reached; `value` is shown when it is. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${String(value)}`);
}

/** Returns `value`, or throws when it is null or undefined: for lookups that must succeed. */
export function present<T>(value: T | null | undefined, invariant: string): T {
  if (value === null || value === undefined) throw new AssertionError(invariant);
  return value;
}
