/**
 * JSON Schemas (draft 2020-12) of the files, made from the definitions that the readers use. A CSV table is
 * described by the schema of one row, all cells as text.
 */
import type { JsonValue } from '../../kernel/index.ts';
import { STATEMENT_TABLES } from '../custodian-statement/index.ts';
import { SETTINGS, TABLES } from '../firm-directory/index.ts';
import { GENERAL_PROBLEM_SCHEMA } from '../general-problem/index.ts';
import { PORTFOLIO_PROBLEM_SCHEMA } from '../portfolio-problem/index.ts';
import type { SettingDefinition } from '../firm-directory/index.ts';
import type { Table, TableColumn } from '../csv/table-reader.ts';

type Schema = Readonly<Record<string, JsonValue>>;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const DECIMAL = '^[+-]?[0-9]+(\\.[0-9]+)?$';
const RANGES: Readonly<Record<string, string>> = {
  positive: 'greater than 0',
  nonNegative: '0 or more',
  fraction: 'between 0 and 1',
};

const tables = new Map<string, Table>(
  [...Object.values(TABLES), ...Object.values(STATEMENT_TABLES)].map((table): [string, Table] => [
    table.file.replace(/\.csv$/, ''),
    table,
  ]),
);

/** Documents other than tables. */
const documents = new Map<string, () => Schema>([
  ['general-problem', () => GENERAL_PROBLEM_SCHEMA],
  ['portfolio-problem', () => PORTFOLIO_PROBLEM_SCHEMA],
  ['settings', settingsSchema],
]);

/** Names that `schemaNamed` knows, sorted. */
export const SCHEMA_NAMES: readonly string[] = [...documents.keys(), ...tables.keys()].sort();

/** @param name `settings`, or a CSV file's name with or without `.csv` @returns null for an unknown name */
export function schemaNamed(name: string): Schema | null {
  const key = name.replace(/\.(csv|json)$/, '');
  const document = documents.get(key);
  if (document !== undefined) return document();
  const table = tables.get(key);
  return table === undefined ? null : tableSchema(table);
}

function tableSchema({ file, columns }: Table): Schema {
  return {
    $schema: DIALECT,
    title: file,
    description: 'One row. CSV after RFC 4180, UTF-8, with a header row; columns in any order.',
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, cellSchema(column)])),
    required: columns.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

function cellSchema(column: TableColumn): Schema {
  const mayBeBlank = !column.isRequired || column.mayBeBlank === true;
  const schema = valueSchema(column);
  return mayBeBlank ? { anyOf: [{ const: '' }, schema] } : schema;
}

function valueSchema({ kind, values, range }: TableColumn): Schema {
  switch (kind) {
    case 'choice':
      return { enum: [...(values ?? [])] };
    case 'boolean':
      return { enum: ['true', 'false'] };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'decimal': {
      const description =
        range === undefined ? 'plain decimal' : `plain decimal, ${RANGES[range] ?? ''}`;
      return { type: 'string', pattern: DECIMAL, description };
    }
    case 'identifier':
      return { type: 'string', minLength: 1, maxLength: 128 };
    default:
      return { type: 'string', minLength: 1, maxLength: 4096 };
  }
}

function settingsSchema(): Schema {
  const sections = new Map<string, Record<string, JsonValue>>();
  const properties: Record<string, JsonValue> = {};
  for (const setting of SETTINGS) {
    const [section = '', name] = setting.path.split('.');
    if (name === undefined) properties[section] = settingSchema(setting);
    else {
      const inner = sections.get(section) ?? {};
      inner[name] = settingSchema(setting);
      sections.set(section, inner);
    }
  }
  for (const [section, inner] of sections) {
    properties[section] = { type: 'object', properties: inner };
  }
  return { $schema: DIALECT, title: 'settings.json', type: 'object', properties };
}

function settingSchema({ kind, values, most, isAboveZero, mayBeNull }: SettingDefinition): Schema {
  const bounds: Schema = {
    ...(isAboveZero === true ? { exclusiveMinimum: 0 } : { minimum: 0 }),
    ...(most === undefined ? {} : { maximum: most }),
  };
  const schema = ((): Schema => {
    switch (kind) {
      case 'boolean':
        return { type: 'boolean' };
      case 'choice':
        return { enum: [...(values ?? [])] };
      case 'currency':
        return { type: 'string', pattern: '^[A-Z]{3}$' };
      case 'decimal':
      case 'integer':
      case 'float': {
        const type = kind === 'integer' ? 'integer' : 'number';
        return {
          anyOf: [
            { type, ...bounds },
            { type: 'string', pattern: DECIMAL },
          ],
        };
      }
    }
  })();
  return mayBeNull === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}
