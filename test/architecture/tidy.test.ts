/** House rules as a test. Each rule says what to do instead; each is shown to catch an offender. */
import { describe, expect, it } from 'vitest';
import { filesBelow, readSource } from '../support/source-files.ts';

interface HouseRule {
  readonly name: string;
  readonly advice: string;
  /** Files it applies to. */
  readonly appliesTo: (path: string) => boolean;
  readonly pattern: RegExp;
  /** A line that must be caught, so that the rule cannot rot into one that allows everything. */
  readonly offender: string;
}

const PURE =
  /^src\/(kernel|domain|connectors|triggers|analysis|targets|optimizer|tax|orders|compliance|execution|fix|reconciliation)\//;
const isTest = (path: string): boolean => /\.(test|contract|scenario)\.ts$|^test\//.test(path);
const isSource = (path: string): boolean => path.startsWith('src/') && !isTest(path);

const rules: readonly HouseRule[] = [
  {
    name: 'pure folders read no clock',
    advice: 'take a Clock or a date; the system clock is the one marked exception',
    appliesTo: (path) => PURE.test(path) && !isTest(path),
    pattern: /^(?!.*house: reads-clock).*(\bDate\.now\(|new Date\(\)|performance\.now\()/,
    offender: 'const now = Date.now();',
  },
  {
    name: 'pure folders use no unseeded randomness',
    advice: 'take a kernel Rng or an IdGenerator',
    appliesTo: (path) => PURE.test(path) && !isTest(path),
    pattern: /\bMath\.random\(/,
    offender: 'const x = Math.random();',
  },
  {
    name: 'pure folders read no environment',
    advice: 'take settings as an argument',
    appliesTo: (path) => PURE.test(path) && !isTest(path),
    pattern: /\bprocess\.(env|argv|cwd)\b/,
    offender: "const home = process.env['HOME'];",
  },
  {
    name: 'only compliance makes an ApprovedOrder',
    advice: 'call approveOrders; a cast elsewhere skips compliance',
    appliesTo: (path) =>
      !path.startsWith('src/compliance/') && path !== 'test/architecture/tidy.test.ts',
    pattern: /\bas (unknown as )?(readonly )?ApprovedOrder\b/,
    offender: 'oms.stage(order as ApprovedOrder);',
  },
  {
    name: 'SQL lives in db and *postgres.ts',
    advice: 'move the statement to a *postgres.ts file beside its port',
    appliesTo: (path) =>
      isSource(path) && !path.startsWith('src/db/') && !path.endsWith('postgres.ts'),
    pattern: /['"`]\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\s/i,
    offender: "await tx.query('select * from run');",
  },
  {
    name: 'no unfinished marks',
    advice: 'finish it, or file an issue and say so in the README',
    appliesTo: (path) => path !== 'test/architecture/tidy.test.ts',
    pattern: /\b(FIXME|XXX|TODO)\b/,
    offender: '// TODO later',
  },
  {
    name: 'no focused or skipped tests without a reason',
    advice: 'remove .only; a skip is skipIf with the reason in the title',
    appliesTo: (path) => isTest(path) && path !== 'test/architecture/tidy.test.ts',
    pattern: /\b(it|describe|test)\.(only|skip|todo)\(/,
    offender: "it.only('x', () => {});",
  },
  {
    name: 'no enterprise grid',
    advice: 'AG Grid Enterprise is commercial: group on the server or use TanStack Table',
    appliesTo: () => true,
    pattern: /from ['"]ag-grid-enterprise/,
    offender: "import x from 'ag-grid-enterprise';",
  },
];

/** Files that state the rules have to name what they ban. */
const files = [
  ...filesBelow('src', ['.ts']),
  ...filesBelow('test', ['.ts']),
  ...filesBelow('bench', ['.ts']),
  ...filesBelow('web', ['.ts', '.tsx']),
].filter((path) => path !== 'test/architecture/tidy.test.ts');

describe('house rules', () => {
  it.each(rules)('$name', (rule) => {
    expect(rule.offender).toMatch(rule.pattern);
    const offenders = files.filter(rule.appliesTo).flatMap((path) =>
      readSource(path)
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${String(index + 1)}` }))
        .filter(({ line }) => rule.pattern.test(line))
        .map(({ line, place }) => `${place} ${line.trim().slice(0, 80)} — ${rule.advice}`),
    );
    expect(offenders).toEqual([]);
  });

  it('files are kebab-case', () => {
    const odd = files.filter(
      (path) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.tsx?$/.test(path.split('/').at(-1) ?? ''),
    );
    expect(odd).toEqual([]);
  });

  it('every stage folder has a README', () => {
    const folders = new Set(
      filesBelow('src', ['.ts'])
        .map((path) => path.split('/')[1] ?? '')
        .filter((name) => !name.endsWith('.ts')),
    );
    const readmes = new Set(
      filesBelow('src', ['README.md']).map((path) => path.split('/')[1] ?? ''),
    );
    expect([...folders].filter((folder) => !readmes.has(folder))).toEqual([]);
  });
});
