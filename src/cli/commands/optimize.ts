/** `evenkeel optimize FILE`: a portfolio problem from a file (FORMATS section 2). */
import { readPortfolioProblem } from '../../connectors/index.ts';
import type { Finding } from '../../domain/index.ts';
import { optimizePortfolio } from '../../optimizer/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readInputFile } from '../input-file.ts';
import { findingDocument, findingLines } from '../output/findings.ts';
import { writeJsonDocument } from '../output/json-stream.ts';
import { optimizeDocument, type OptimizedPortfolio } from '../output/optimize-document.ts';
import { optimizeSummary } from '../output/optimize-summary.ts';
import type { Terminal } from '../output/terminal.ts';

const TIME_LIMIT_SECONDS = 30;

export interface OptimizeCommandOptions {
  /** A path, or `-` for standard input; gzip is undone. */
  readonly file: string;
  /** Instead of the document's: gap relative to the objective up to which an answer counts as optimal. */
  readonly tolerance?: number | undefined;
  /** A search over whole names or lots ends then, with its best answer and the bound; default 30. */
  readonly timeLimitSeconds?: number | undefined;
  readonly isJson: boolean;
}

/**
 * @returns 0 where the answer is proven, be it `optimal`, `infeasible` or `unbounded`; 5 for `iterationLimit`, an
 *   answer with less than was asked; 2 when the document cannot be read or its problem is refused, with every
 *   error under its pointer
 */
export async function optimizeCommand(
  options: OptimizeCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const input = await readInputFile(options.file);
  if (!input.ok) return reportUnusable([input.error], options, terminal);
  const reading = readPortfolioProblem(input.value);
  if (reading.problem === null) return reportUnusable(reading.findings, options, terminal);
  const { tolerance } = options;
  const problem = tolerance === undefined ? reading.problem : { ...reading.problem, tolerance };
  const started = performance.now();
  const limitMs = (options.timeLimitSeconds ?? TIME_LIMIT_SECONDS) * 1000;
  const outcome = optimizePortfolio(problem, {
    shouldStop: () => performance.now() - started >= limitMs,
  });
  const seconds = (performance.now() - started) / 1000;
  if (!outcome.ok) {
    return reportUnusable([...outcome.error, ...reading.findings], options, terminal);
  }
  const { value: result } = outcome;
  const optimized: OptimizedPortfolio = { problem, result, seconds, warnings: reading.findings };
  if (options.isJson) writeJsonDocument(optimizeDocument(optimized), (text) => terminal.out(text));
  else terminal.out(optimizeSummary(optimized));
  for (const line of findingLines(reading.findings)) terminal.note(line);
  return result.status === 'iterationLimit' ? EXIT.partial : EXIT.ok;
}

function reportUnusable(
  findings: readonly Finding[],
  options: OptimizeCommandOptions,
  terminal: Terminal,
): ExitCode {
  if (options.isJson) {
    const fields = [{ name: 'errors', items: findings.map(findingDocument) }];
    writeJsonDocument(fields, (text) => terminal.out(text));
  }
  for (const line of findingLines(findings)) terminal.note(line);
  return EXIT.usage;
}
