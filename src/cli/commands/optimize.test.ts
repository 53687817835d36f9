import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Terminal } from '../output/terminal.ts';
import { optimizeCommand, type OptimizeCommandOptions } from './optimize.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-optimize-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly notes: string;
}

async function optimize(
  content: string | Uint8Array,
  options: Partial<OptimizeCommandOptions> = {},
): Promise<Outcome> {
  const file = join(directory, 'problem.json');
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
  const exitCode = await optimizeCommand({ file, isJson: true, ...options }, terminal);
  return { exitCode, out, notes };
}

const problem = {
  assets: ['B', 'A'],
  expectedReturns: [0.07, 0.05],
  risk: {
    covariance: [
      [0.09, 0.01],
      [0.01, 0.04],
    ],
  },
  objective: { kind: 'minimumRisk' },
};
const text = (change: object = {}): string => JSON.stringify({ ...problem, ...change });

describe('evenkeel optimize', () => {
  it('answers with the fields of the file formats page, names in the order of the document', async () => {
    const { exitCode, out, notes } = await optimize(text());
    expect(exitCode).toBe(0);
    expect(notes).toBe('');
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual([
      'status',
      'weights',
      'shares',
      'objective',
      'expectedReturn',
      'risk',
      'certificate',
      'binding',
      'riskContributions',
      'conflict',
      'frontier',
      'blackLitterman',
      'solver',
      'integerProof',
      'notes',
      'warnings',
    ]);
    const weights = document['weights'] as Record<string, number>;
    expect(Object.keys(weights)).toEqual(['B', 'A']);
    // (0.04 - 0.01) / (0.09 + 0.04 - 0.02)
    expect(weights['B']).toBeCloseTo(3 / 11, 12);
    expect(document).toMatchObject({
      status: 'optimal',
      shares: null,
      certificate: { maxViolation: expect.any(Number) as number },
      binding: [{ constraint: 'budget' }],
      solver: { iterations: expect.any(Number) as number, seconds: expect.any(Number) as number },
    });
  });

  it('reads gzip, a tolerance of its own, and prints a table to a person', async () => {
    const { exitCode, out } = await optimize(gzipSync(text({ frontier: { points: 3 } })), {
      isJson: false,
      tolerance: 1e-6,
    });
    expect(exitCode).toBe(0);
    expect(out).toContain('A         72.7273 %');
    expect(out).toContain('efficient frontier');
    expect(out).toContain('budget');
  });

  it('frontier and Black-Litterman by name', async () => {
    const objective = {
      kind: 'blackLitterman',
      marketWeights: [0.5, 0.5],
      riskAversion: 2,
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
      then: { kind: 'maximumRatio' },
    };
    const { out } = await optimize(text({ objective, frontier: { points: 3 } }));
    const document = JSON.parse(out) as {
      blackLitterman: {
        equilibriumReturns: Record<string, number>;
        posteriorCovariance: number[][];
      };
      frontier: { weights: Record<string, number> }[];
    };
    // 2 (0.09 + 0.01)/2, 2 (0.01 + 0.04)/2
    expect(document.blackLitterman.equilibriumReturns['B']).toBeCloseTo(0.1, 15);
    expect(document.blackLitterman.equilibriumReturns['A']).toBeCloseTo(0.05, 15);
    expect(document.blackLitterman.posteriorCovariance[1]?.[1]).toBeCloseTo(0.04 * 1.05, 15);
    expect(document.frontier).toHaveLength(3);
  });

  it('infeasible is an answer: no weights, the limits in conflict, exit code 0', async () => {
    const { exitCode, out } = await optimize(text({ constraints: { bounds: { upper: 0.4 } } }));
    expect(exitCode).toBe(0);
    const document = JSON.parse(out) as { conflict: { constraint: string }[] };
    expect(document).toMatchObject({ status: 'infeasible', weights: null, objective: null });
    expect(document.conflict.map(({ constraint }) => constraint)).toContain('budget');
    const { out: table } = await optimize(text({ constraints: { bounds: { upper: 0.4 } } }), {
      isJson: false,
    });
    expect(table).toContain('cannot hold together');
  });

  it('bad input ends with 2 and every error under its pointer, as text and as JSON', async () => {
    const { exitCode, out, notes } = await optimize(
      text({ expectedReturns: [0.1], objective: { kind: 'best' }, current: ['x', 1] }),
    );
    expect(exitCode).toBe(2);
    const { errors } = JSON.parse(out) as { errors: { pointer: string; advice: string }[] };
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/current/0',
      '/expectedReturns',
      '/objective/kind',
    ]);
    expect(errors.every(({ advice }) => advice.length > 10)).toBe(true);
    expect(notes).toContain('[PORTFOLIO_KIND_UNKNOWN]');
  });

  it('a refused problem ends with 2 and says why', async () => {
    const covariance = [
      [1, 2],
      [2, 1],
    ];
    const { exitCode, notes } = await optimize(text({ risk: { covariance } }));
    expect(exitCode).toBe(2);
    expect(notes).toContain('/risk/covariance: 1 of 2 eigenvalues are negative');
  });

  it('a file that is not there, and fields that are not read', async () => {
    const missing = await optimize(text(), { file: join(directory, 'nothing.json') });
    expect(missing.exitCode).toBe(2);
    const { exitCode, out, notes } = await optimize(text({ colour: 'blue' }));
    expect(exitCode).toBe(0);
    expect(notes).toContain('/colour');
    const { warnings } = JSON.parse(out) as { warnings: object[] };
    expect(warnings).toMatchObject([{ code: 'PORTFOLIO_FIELD_UNKNOWN', pointer: '/colour' }]);
  });
});
