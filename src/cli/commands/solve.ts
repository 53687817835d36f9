/** `evenkeel solve FILE`: a general convex quadratic or linear problem from a file (FORMATS section 3). */
import { readGeneralProblem } from '../../connectors/index.ts';
import {
  errorFinding,
  type Finding,
  type GeneralProblem,
  type GeneralResult,
} from '../../domain/index.ts';
import { solveGeneral, solveMixedInteger } from '../../optimizer/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readInputFile } from '../input-file.ts';
import { findingDocument, findingLines } from '../output/findings.ts';
import { writeJsonDocument } from '../output/json-stream.ts';
import { solveDocument, type SolvedProblem } from '../output/solve-document.ts';
import { solveSummary } from '../output/solve-summary.ts';
import type { Terminal } from '../output/terminal.ts';

export interface SolveOptions {
  /** A path, or `-` for standard input; gzip is undone. */
  readonly file: string;
  /** Largest residual and gap of an answer, in the units of the file. */
  readonly tolerance?: number | undefined;
  /** For integer problems: relative distance between answer and proven bound at which the search ends. */
  readonly gap?: number | undefined;
  readonly timeLimitSeconds?: number | undefined;
  readonly isJson: boolean;
}

/**
 * @returns 0 where the answer is proven, be it `optimal`, `infeasible` or `unbounded`; 5 for `iterationLimit`,
 *   an answer with less than was asked; 2 when the file cannot be read or used
 */
export async function solveCommand(options: SolveOptions, terminal: Terminal): Promise<ExitCode> {
  const input = await readInputFile(options.file);
  if (!input.ok) return reportUnusable([input.error], options, terminal);
  const reading = readGeneralProblem(options.file, input.value);
  if (reading.problem === null) return reportUnusable(reading.findings, options, terminal);
  const started = performance.now();
  const result = solve(reading.problem, options);
  const seconds = (performance.now() - started) / 1000;
  if (result.status === 'nonConvex') {
    return reportUnusable(
      [curvatureFinding(options.file, reading.problem, result)],
      options,
      terminal,
    );
  }
  const { problem, objectiveSense, findings: warnings } = reading;
  const solved: SolvedProblem = { problem, objectiveSense, result, seconds, warnings };
  if (options.isJson) writeJsonDocument(solveDocument(solved), (text) => terminal.out(text));
  else terminal.out(solveSummary(solved));
  for (const line of findingLines(warnings)) terminal.note(line);
  return result.status === 'iterationLimit' ? EXIT.partial : EXIT.ok;
}

function solve(problem: GeneralProblem, options: SolveOptions): GeneralResult {
  const { tolerance, gap, timeLimitSeconds } = options;
  const started = performance.now();
  const stopping =
    timeLimitSeconds === undefined
      ? {}
      : { shouldStop: () => performance.now() - started >= timeLimitSeconds * 1000 };
  if (problem.isInteger === null) {
    const accuracy =
      tolerance === undefined ? {} : { tolerance, absoluteTolerance: Math.min(1e-9, tolerance) };
    return solveGeneral(problem, { ...accuracy, ...stopping });
  }
  return solveMixedInteger(problem, {
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(gap === undefined ? {} : { gap }),
    ...stopping,
  });
}

/** Most variables of a direction that a message names. */
const NAMED_MAX = 5;

function curvatureFinding(file: string, problem: GeneralProblem, result: GeneralResult): Finding {
  const direction = Array.from(result.ray ?? [], (value, j) => ({ value, j }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const named = direction
    .slice(0, NAMED_MAX)
    .map(({ value, j }) => `${problem.variables[j] as string} ${value.toPrecision(3)}`);
  const more = direction.length > NAMED_MAX ? ', …' : '';
  const message = `the objective is not convex along ${named.join(', ')}${more}`;
  return errorFinding('PROBLEM_NOT_CONVEX', message, { file });
}

function reportUnusable(
  findings: readonly Finding[],
  options: SolveOptions,
  terminal: Terminal,
): ExitCode {
  if (options.isJson) {
    const fields = [{ name: 'errors', items: findings.map(findingDocument) }];
    writeJsonDocument(fields, (text) => terminal.out(text));
  }
  for (const line of findingLines(findings)) terminal.note(line);
  return EXIT.usage;
}
