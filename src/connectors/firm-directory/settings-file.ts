/**
 * settings.json: defaults for what is absent, all errors at once by JSON pointer, and no number through a
 * binary float on its way to a decimal.
 */
import { Decimal } from '../../kernel/index.ts';
import { DEFAULT_SETTINGS, errorFinding, warningFinding } from '../../domain/index.ts';
import type { Finding, FirmSettings } from '../../domain/index.ts';
import { decodeText } from '../text-decoding.ts';
import { SETTINGS_FILE as file } from './columns.ts';
import { SETTINGS } from './settings-definition.ts';
import type { SettingDefinition } from './settings-definition.ts';

/** A JSON number as it was written. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

interface ReviverContext {
  readonly source?: string;
}
type SourceReviver = (key: string, value: unknown, context: ReviverContext) => unknown;

// The type library does not have the third argument yet (ES2026, JSON.parse source text access).
function parseKeepingNumbers(text: string): unknown {
  const revive: SourceReviver = (_key, value, context) =>
    typeof value === 'number' ? new NumberText(context.source ?? String(value)) : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

type Section = Readonly<Record<string, unknown>>;
const isSection = (value: unknown): value is Section =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof NumberText);

/** Settings of the document, or the defaults with an error where the document cannot be read at all. */
export function readSettings(content: string | Uint8Array, findings: Finding[]): FirmSettings {
  const text = decodeText(content);
  if (text === null) {
    findings.push(errorFinding('TEXT_NOT_UTF8', 'the bytes are not UTF-8', { file }));
    return DEFAULT_SETTINGS;
  }
  let document: unknown;
  try {
    document = parseKeepingNumbers(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    findings.push(errorFinding('JSON_INVALID', error.message.slice(0, 200), { file }));
    return DEFAULT_SETTINGS;
  }
  if (!isSection(document)) {
    findings.push(
      errorFinding('JSON_INVALID', 'settings are a JSON object', { file, pointer: '' }),
    );
    return DEFAULT_SETTINGS;
  }
  return settingsFrom(document, findings);
}

function settingsFrom(document: Section, findings: Finding[]): FirmSettings {
  const values = new Map<string, unknown>();
  const known = new Map(SETTINGS.map((setting) => [setting.path, setting]));
  const sections = new Set(SETTINGS.map(({ path }) => path.split('.')[0] as string));
  const take = (path: string, value: unknown): void => {
    const pointer = `/${path.split('.').map(escapePointer).join('/')}`;
    const setting = known.get(path);
    if (setting === undefined) {
      findings.push(warningFinding('SETTING_UNKNOWN', `${pointer} is not used`, { file, pointer }));
      return;
    }
    const accepted = acceptedValue(setting, value);
    if (accepted.ok) values.set(path, accepted.value);
    else {
      const message = `${shownValue(value)} is not ${accepted.expected}`;
      findings.push(errorFinding('SETTING_INVALID', message, { file, pointer }));
    }
  };
  for (const [key, value] of Object.entries(document)) {
    if (known.has(key) || !sections.has(key)) take(key, value);
    else if (isSection(value)) {
      for (const [name, inner] of Object.entries(value)) {
        // A name with a dot could pass for a path of another section.
        take(`${key}.${name.replaceAll('.', '\u2024')}`, inner);
      }
    } else {
      const location = { file, pointer: `/${key}` };
      findings.push(
        errorFinding('SETTING_INVALID', `${shownValue(value)} is not an object`, location),
      );
    }
  }
  return withValues(values);
}

const escapePointer = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

function shownValue(value: unknown): string {
  if (value instanceof NumberText) return value.text.slice(0, 60);
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}

type Accepted =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly expected: string };

function acceptedValue(setting: SettingDefinition, value: unknown): Accepted {
  const refused = (expected: string): Accepted => ({ ok: false, expected });
  if (value === null && setting.mayBeNull === true) return { ok: true, value: null };
  switch (setting.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? { ok: true, value } : refused('true or false');
    case 'currency':
      return typeof value === 'string' && /^[A-Z]{3}$/.test(value)
        ? { ok: true, value }
        : refused('an ISO 4217 code such as "USD"');
    case 'choice': {
      const values = setting.values ?? [];
      return typeof value === 'string' && values.includes(value)
        ? { ok: true, value }
        : refused(`one of ${values.join(', ')}`);
    }
    case 'decimal':
    case 'integer':
    case 'float':
      return acceptedNumber(setting, value);
  }
}

function acceptedNumber(setting: SettingDefinition, value: unknown): Accepted {
  const text = value instanceof NumberText ? value.text : typeof value === 'string' ? value : '';
  const range = `${setting.isAboveZero === true ? 'above 0' : '0 or more'}${
    setting.most === undefined ? '' : ` and at most ${String(setting.most)}`
  }`;
  const number = Number(text === '' ? 'NaN' : text);
  const isInside =
    Number.isFinite(number) &&
    (setting.isAboveZero === true ? number > 0 : number >= 0) &&
    number <= (setting.most ?? Infinity);
  if (setting.kind === 'float') {
    // Floats are read from JSON numbers and from plain text; an exponent is their normal spelling.
    const isNumber = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
    return isInside && isNumber
      ? { ok: true, value: number }
      : { ok: false, expected: `a number ${range}` };
  }
  const decimal = Decimal.tryParse(text);
  if (decimal === null || !isInside || decimal.isNegative()) {
    return { ok: false, expected: `a plain decimal number ${range}` };
  }
  if (setting.kind === 'decimal') return { ok: true, value: decimal };
  return decimal.isInteger()
    ? { ok: true, value: number }
    : { ok: false, expected: `a whole number ${range}` };
}

/** The defaults with `values` in their places; each value was accepted for its path. */
function withValues(values: ReadonlyMap<string, unknown>): FirmSettings {
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  for (const [path, value] of values) {
    const [section = '', name] = path.split('.');
    settings[section] =
      name === undefined ? value : { ...(settings[section] as Section), [name]: value };
  }
  return settings as unknown as FirmSettings;
}

/** The whole of the settings as JSON; decimals as strings, so that they come back the same. */
export function writeSettings(settings: FirmSettings): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}
