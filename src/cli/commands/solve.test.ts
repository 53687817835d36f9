import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Terminal } from '../output/terminal.ts';
import { solveCommand, type SolveOptions } from './solve.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-solve-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly notes: string;
}

async function solve(
  content: string | Uint8Array,
  options: Partial<SolveOptions> = {},
): Promise<Outcome> {
  const file = join(directory, 'problem');
  await writeFile(file, content);
  let out = '';
  let notes = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    note: (text) => {
      notes += `${text}\n`;
    },
    isInteractive: false,
  };
  const exitCode = await solveCommand({ file, isJson: true, ...options }, terminal);
  return { exitCode, out, notes };
}

async function documentOf(content: string | Uint8Array): Promise<Record<string, unknown>> {
  const { out } = await solve(content);
  return JSON.parse(out) as Record<string, unknown>;
}

// Minimize 1/2 (4x^2 + 2y^2) + x + y, x + y = 1. Stationary: 4x + 1 = 2y + 1, so y = 2x, x = 1/3, y = 2/3.
// Value 2/9 + 4/9 + 1 + 3 (constant); price of the row: 4/3 + 1 = 7/3.
const QUADRATIC =
  'NAME two\nROWS\n N cost\n E sum\nCOLUMNS\n x cost 1 sum 1\n y cost 1 sum 1\nRHS\n S sum 1 cost -3\nQUADOBJ\n x x 4\n y y 2\nENDATA\n';

describe('evenkeel solve', () => {
  it('a quadratic problem: fields of the file formats page, prices by name', async () => {
    const { exitCode, out, notes } = await solve(QUADRATIC);
    const document = JSON.parse(out) as {
      x: Record<string, number>;
      rowDuals: Record<string, number>;
      certificate: Record<string, number>;
    } & Record<string, unknown>;
    expect([exitCode, notes]).toEqual([0, '']);
    expect(document).toMatchObject({ status: 'optimal', name: 'two', objectiveSense: 'minimize' });
    expect(document['objective']).toBeCloseTo(2 / 3 + 4, 9);
    expect(document.x['x']).toBeCloseTo(1 / 3, 9);
    expect(document.x['y']).toBeCloseTo(2 / 3, 9);
    expect(document.rowDuals['sum']).toBeCloseTo(7 / 3, 8);
    for (const name of ['primalResidual', 'dualResidual', 'gap']) {
      expect(document.certificate[name]).toBeLessThan(1e-6);
    }
    expect(typeof document['iterations']).toBe('number');
    expect(document['seconds']).toBeGreaterThan(0);
  });

  it('a gzipped file is unpacked, whatever its name', async () => {
    expect(await documentOf(gzipSync(QUADRATIC))).toMatchObject({ status: 'optimal' });
  });

  it('a continuous problem ends when its time is over: iterationLimit, exit code 5', async () => {
    const { exitCode, out } = await solve(QUADRATIC, { timeLimitSeconds: 0 });
    expect(exitCode).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ status: 'iterationLimit' });
  });

  it('a maximum is reported as such, with the prices of what was asked', async () => {
    // Maximize 3x + 2y + 1, x + y <= 4, x <= 3: (3, 1) gives 12; one more of the row adds 2, of the bound 1.
    const document = await documentOf(
      'NAME m\nOBJSENSE MAX\nROWS\n N o\n L r\nCOLUMNS\n x o 3 r 1\n y o 2 r 1\nRHS\n S r 4 o -1\nBOUNDS\n UP B x 3\nENDATA\n',
    );
    expect(document).toMatchObject({ status: 'optimal', objectiveSense: 'maximize' });
    expect(document['objective']).toBeCloseTo(12, 7);
    const { rowDuals, boundDuals } = document as Record<string, Record<string, number>>;
    expect(rowDuals?.['r']).toBeCloseTo(2, 6);
    expect(boundDuals?.['x']).toBeCloseTo(1, 6);
  });

  it('integers, with the proven bound', async () => {
    // Maximize 5x + 4y, 6x + 5y <= 10: (0, 2) gives 8, (1, 0) only 5; the relaxation 8 1/3.
    const document = await documentOf(
      JSON.stringify({
        sense: 'maximize',
        variables: ['x', 'y'],
        q: [5, 4],
        A: { rows: [0, 0], columns: [0, 1], values: [6, 5] },
        rowUpper: [10],
        lower: 0,
        integer: [true, true],
      }),
    );
    expect(document).toMatchObject({ status: 'optimal', objective: 8, x: { x: 0, y: 2 } });
    expect(document['bound']).toBeCloseTo(8, 5);
  });

  it('infeasible and unbounded are proven answers without a point', async () => {
    const rows = (type: string): string =>
      `NAME\nROWS\n N o\n G r\n ${type} s\nCOLUMNS\n x o -1 r 1\n x s 1\nRHS\n S r 2 s 1\nENDATA\n`;
    const infeasible = await solve(rows('L'));
    const unbounded = await solve(rows('G'));
    expect([infeasible.exitCode, unbounded.exitCode]).toEqual([0, 0]);
    expect(JSON.parse(infeasible.out)).toMatchObject({
      status: 'infeasible',
      objective: null,
      x: null,
      // x >= 2 and x <= 1: the two prices cancel.
      ray: { rows: { r: expect.any(Number) as number, s: expect.any(Number) as number } },
    });
    expect(JSON.parse(unbounded.out)).toMatchObject({
      status: 'unbounded',
      objective: null,
      ray: { direction: { x: 1 } },
    });
  });

  it('bad input: every fault in the document and on the terminal, exit code 2', async () => {
    const { exitCode, out, notes } = await solve('ROWS\n N o\n X r\nCOLUMNS\n x o one\nENDATA\n');
    const { errors } = JSON.parse(out) as { errors: Record<string, unknown>[] };
    expect(exitCode).toBe(2);
    expect(errors.map(({ code, row }) => `${String(code)} ${String(row)}`)).toEqual([
      'MPS_ROW_TYPE_UNKNOWN 3',
      'MPS_NUMBER_INVALID 5',
    ]);
    expect(errors.every(({ advice }) => typeof advice === 'string')).toBe(true);
    expect(notes).toContain(':5: "one" is not a number [MPS_NUMBER_INVALID]');
  });

  it('what is not convex is refused with the direction', async () => {
    const { exitCode, out } = await solve(QUADRATIC.replace('y y 2', 'y y -2'));
    const { errors } = JSON.parse(out) as { errors: Record<string, string>[] };
    expect(exitCode).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual(['PROBLEM_NOT_CONVEX']);
    expect(errors[0]?.['message']).toContain('y ');
  });

  it('a file that is not there, and a broken gzip', async () => {
    const terminal: Terminal = { out: () => {}, note: () => {}, isInteractive: false };
    const file = join(directory, 'none.qps');
    expect(await solveCommand({ file, isJson: false }, terminal)).toBe(2);
    expect((await solve(gzipSync(QUADRATIC).subarray(0, 40))).exitCode).toBe(2);
  });

  it('names that a JavaScript object would take for its own', async () => {
    const text = QUADRATIC.replaceAll(/ x\b/g, ' __proto__');
    const { out } = await solve(text);
    expect(out).toContain('"__proto__":0.33333');
  });

  it('for people: the value, its evidence and what is not zero', async () => {
    const { out } = await solve(QUADRATIC, { isJson: false });
    expect(out).toMatch(/^two: 2 variables, 1 rows\nstatus optimal\nobjective 4\.66666/);
    expect(out).toMatch(/\n {2}x {2}0\.333333/);
  });
});
