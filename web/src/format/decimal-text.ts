/**
 * Decimals arrive from the server as text and stay text: compared, negated and shown digit by digit,
 * never through a float.
 *
 * Invariants
 * 1. compareDecimalText orders exactly as the numbers do, whatever their scale.
 * 2. isNegative and isZero agree with compareDecimalText against "0".
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

interface Parts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

function partsOf(text: string): Parts | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const whole = (match[2] ?? '').replace(/^0+(?=\d)/, '');
  const fraction = match[3] ?? '';
  const isNothing = whole === '0' && /^0*$/.test(fraction);
  return { negative: match[1] === '-' && !isNothing, whole, fraction };
}

/** True for text such as `-1234.50`: optional minus, digits, optional fraction. No exponent. */
export function isDecimalText(text: string): boolean {
  return DECIMAL.test(text);
}

function compareMagnitude(a: Parts, b: Parts): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  const length = Math.max(a.fraction.length, b.fraction.length);
  const left = a.fraction.padEnd(length, '0');
  const right = b.fraction.padEnd(length, '0');
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Negative, zero or positive as a is below, equal to or above b. Absent or unreadable text sorts last. */
export function compareDecimalText(
  a: string | null | undefined,
  b: string | null | undefined,
): number {
  const left = a === null || a === undefined ? null : partsOf(a);
  const right = b === null || b === undefined ? null : partsOf(b);
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  if (left.negative !== right.negative) return left.negative ? -1 : 1;
  const magnitude = compareMagnitude(left, right);
  return left.negative ? -magnitude : magnitude;
}

export function isNegative(text: string): boolean {
  return compareDecimalText(text, '0') < 0;
}

export function isZero(text: string): boolean {
  return compareDecimalText(text, '0') === 0;
}

/** Adds decimals exactly, in the larger scale of any term; the empty sum is "0". */
export function sumDecimalTexts(texts: readonly string[]): string {
  const parts = texts.map(partsOf).filter((part) => part !== null);
  const scale = parts.reduce((most, part) => Math.max(most, part.fraction.length), 0);
  const total = parts.reduce((sum, part) => {
    const units = BigInt(part.whole + part.fraction.padEnd(scale, '0'));
    return part.negative ? sum - units : sum + units;
  }, 0n);
  return unitsToText(total, scale);
}

function unitsToText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`;
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}

/** a minus b, exactly. */
export function subtractDecimalText(a: string, b: string): string {
  return sumDecimalTexts([a, b.startsWith('-') ? b.slice(1) : `-${b}`]);
}

/**
 * A float for drawing only: the width of a bar, the place of a point. Nothing that is read as a figure,
 * compared with a limit or sent back passes through here.
 */
export function toPixels(text: string): number {
  return Number(text);
}
