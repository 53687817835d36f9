/**
 * The two layouts of an MPS data line. Fixed: fields stand in columns 2-3, 5-12, 15-22, 25-36, 40-47 and
 * 50-61 and names may contain blanks (IBM MPSX). Free: fields are separated by blanks or tabs.
 *
 * A layout answers with fields, or with a sentence that says what is wrong with the line.
 */

/** Numbers as text, not yet checked. */
export interface NamedNumber {
  readonly name: string;
  readonly number: string;
}

/** `head` is the column or the set of the line; '' where a set is not named. */
export interface EntryFields {
  readonly head: string;
  readonly entries: readonly NamedNumber[];
}

export interface BoundFields {
  readonly type: string;
  readonly set: string;
  readonly column: string;
  /** '' where none is given. */
  readonly number: string;
}

export type IsDeclared = (name: string) => boolean;

export interface MpsLayout {
  readonly name: 'fixed' | 'free';
  /** Type and name of a line of ROWS. */
  row(line: string): readonly [type: string, name: string] | string;
  /** A line of COLUMNS or of a quadratic section: a column, then one or two names with numbers. */
  column(line: string, isDeclared: IsDeclared): EntryFields | string;
  /** A line of RHS or RANGES: a set that may be left out, then one or two rows with numbers. */
  set(line: string, isDeclared: IsDeclared): EntryFields | string;
  bound(line: string, isDeclared: IsDeclared): BoundFields | string;
}

const TAKES_NO_NUMBER = new Set(['FR', 'MI', 'PL', 'BV']);

export const freeLayout: MpsLayout = {
  name: 'free',
  row: (line) => {
    const [type, name, ...rest] = tokensOf(line);
    if (type === undefined || name === undefined || rest.length > 0) {
      return 'a line of ROWS has two fields: type and name';
    }
    return [type.toUpperCase(), name];
  },
  column: (line, isDeclared) => {
    const tokens = withoutRemark(tokensOf(line), isDeclared, 1);
    if (tokens.length !== 3 && tokens.length !== 5) {
      return `${String(tokens.length)} fields where 3 or 5 are allowed`;
    }
    return entryFields(tokens[0] as string, tokens.slice(1));
  },
  set: (line, isDeclared) => {
    const all = tokensOf(line);
    // A set of no name leaves an even number of fields: names and numbers in pairs.
    const tokens = withoutRemark(all, isDeclared, all.length % 2);
    if (tokens.length < 2 || tokens.length > 5) {
      return `${String(tokens.length)} fields where 2 to 5 are allowed`;
    }
    return tokens.length % 2 === 0
      ? entryFields('', tokens)
      : entryFields(tokens[0] as string, tokens.slice(1));
  },
  bound: freeBound,
};

function freeBound(line: string, isDeclared: IsDeclared): BoundFields | string {
  const tokens = tokensOf(line);
  const type = (tokens[0] ?? '').toUpperCase();
  const [, second = '', third = '', fourth = ''] = tokens;
  if (tokens.length === 4) return { type, set: second, column: third, number: fourth };
  if (TAKES_NO_NUMBER.has(type)) {
    if (tokens.length === 2) return { type, set: '', column: second, number: '' };
    // `FR SET x` or `FR x 0`: the declared name is the column, the later one first.
    if (tokens.length === 3) {
      return isDeclared(third) || !isDeclared(second)
        ? { type, set: second, column: third, number: '' }
        : { type, set: '', column: second, number: third };
    }
  } else if (tokens.length === 3) return { type, set: '', column: second, number: third };
  return `${String(tokens.length)} fields: a bound has a type, a set, a column and a number`;
}

function tokensOf(line: string): string[] {
  const text = line.trim();
  return text === '' ? [] : text.split(/[ \t]+/);
}

/** Without what follows a $ at the start of a name that is not declared: a remark in the old card format. */
function withoutRemark(tokens: string[], isDeclared: IsDeclared, firstName: number): string[] {
  for (let i = firstName; i < tokens.length; i += 2) {
    const token = tokens[i] as string;
    if (token.startsWith('$') && !isDeclared(token)) return tokens.slice(0, i);
  }
  return tokens;
}

function entryFields(head: string, tokens: readonly string[]): EntryFields {
  const entries: NamedNumber[] = [];
  for (let i = 0; i + 1 < tokens.length; i += 2) {
    entries.push({ name: tokens[i] as string, number: tokens[i + 1] as string });
  }
  return { head, entries };
}

export const fixedLayout: MpsLayout = {
  name: 'fixed',
  row: (line) => {
    const type = line.slice(1, 3).trim().toUpperCase();
    const name = line.slice(4, 12).trim();
    if (!isBlank(line, 3, 4) || !isBlank(line, 12, line.length)) return OUTSIDE;
    return name === '' ? 'a line of ROWS has a type and a name' : [type, name];
  },
  column: (line, isDeclared) => fixedEntries(line, isDeclared),
  set: (line, isDeclared) => fixedEntries(line, isDeclared),
  bound: (line) => {
    if (!isBlank(line, 3, 4) || !isBlank(line, 12, 14)) return OUTSIDE;
    return {
      type: line.slice(1, 3).trim().toUpperCase(),
      set: line.slice(4, 12).trim(),
      column: line.slice(14, 22).trim(),
      number: line.slice(22, 39).trim(),
    };
  },
};

const OUTSIDE = 'text outside of the fixed columns 2-3, 5-12, 15-22, 25-36, 40-47, 50-61';

function fixedEntries(line: string, isDeclared: IsDeclared): EntryFields | string {
  if (!isBlank(line, 1, 4) || !isBlank(line, 12, 14)) return OUTSIDE;
  const head = line.slice(4, 12).trim();
  const first = line.slice(14, 22).trim();
  if (first === '' || (first.startsWith('$') && !isDeclared(first))) {
    return 'no name in columns 15-22';
  }
  // Numbers may spill into the gaps beside their field: real files are off by a column.
  const entries: NamedNumber[] = [{ name: first, number: line.slice(22, 39).trim() }];
  const second = line.slice(39, 47).trim();
  const isRemark = second.startsWith('$') && !isDeclared(second);
  if (second !== '' && !isRemark) {
    if (!isBlank(line, 61, line.length)) return OUTSIDE;
    entries.push({ name: second, number: line.slice(47, 61).trim() });
  } else if (!isRemark && !isBlank(line, 47, 61)) return 'a number without a name before it';
  return { head, entries };
}

function isBlank(line: string, from: number, to: number): boolean {
  return line.slice(from, to).trim() === '';
}
