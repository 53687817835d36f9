/** The answer of `evenkeel optimize` as text for a person. */
import { hasPortfolio, type OptimizedPortfolio } from './optimize-document.ts';

/** Rows of a table printed to a person; --json has all of them. */
const ROWS_MAX = 60;
/** Weights below this are printed as nothing. */
const WEIGHT_LEAST = 5e-7;

export function optimizeSummary(optimized: OptimizedPortfolio): string {
  const { result, seconds } = optimized;
  const lines = [`status      ${result.status}`];
  if (hasPortfolio(optimized)) {
    lines.push(`objective   ${number(result.objective)}`);
    if (result.expectedReturn !== null) lines.push(`return      ${number(result.expectedReturn)}`);
    lines.push(`risk        ${number(result.risk)}`);
    lines.push(...proofLines(optimized), '', ...weightLines(optimized), ...bindingLines(optimized));
    lines.push(...frontierLines(optimized));
  }
  if (result.conflict.length > 0) {
    lines.push('', 'limits that cannot hold together, and what giving way on one alone takes');
    for (const { constraint, relaxation } of result.conflict.slice(0, ROWS_MAX)) {
      const amount = Number.isFinite(relaxation) ? number(relaxation) : 'cures nothing alone';
      lines.push(`  ${constraint.padEnd(24)} ${amount}`);
    }
  }
  if (result.notes.length > 0) lines.push('', ...result.notes.map((note) => `note: ${note}`));
  const { name, iterations } = result.solver;
  lines.push('', `${name}, ${String(iterations)} iterations, ${seconds.toFixed(3)} s`);
  return lines.join('\n');
}

function proofLines({ result }: OptimizedPortfolio): string[] {
  const lines: string[] = [];
  if (result.certificate !== null) {
    const { gap, maxViolation } = result.certificate;
    lines.push(
      `proof       gap ${gap.toExponential(1)}, violation ${maxViolation.toExponential(1)}`,
    );
  }
  if (result.integerProof !== null) {
    const { kind, bound, gap } = result.integerProof;
    lines.push(`integers    ${kind}, bound ${number(bound)}, gap ${gap.toExponential(1)}`);
  }
  return lines;
}

function weightLines({ problem, result }: OptimizedPortfolio): string[] {
  const held = problem.assets
    .map((asset, i) => ({ asset, i, weight: result.weights[i] as number }))
    .filter(({ weight }) => Math.abs(weight) >= WEIGHT_LEAST)
    .sort((a, b) => b.weight - a.weight || a.i - b.i);
  const width = Math.max(8, ...held.slice(0, ROWS_MAX).map(({ asset }) => asset.length));
  const { riskContributions, shares } = result;
  const header = [
    'asset'.padEnd(width),
    'weight'.padStart(10),
    ...(riskContributions === null ? [] : ['of risk'.padStart(10)]),
    ...(shares === null ? [] : ['shares'.padStart(12)]),
  ];
  const rows = held
    .slice(0, ROWS_MAX)
    .map(({ asset, i, weight }) =>
      [
        asset.padEnd(width),
        percent(weight),
        ...(riskContributions === null ? [] : [percent((riskContributions[i] ?? 0) / result.risk)]),
        ...(shares === null ? [] : [String(shares[i]).padStart(12)]),
      ].join(' '),
    );
  const rest = held.length - rows.length;
  return [header.join(' '), ...rows, ...(rest > 0 ? [`… and ${String(rest)} more (--json)`] : [])];
}

function bindingLines({ result }: OptimizedPortfolio): string[] {
  if (result.binding.length === 0) return [];
  const byPrice = [...result.binding].sort(
    (a, b) => Math.abs(b.shadowPrice) - Math.abs(a.shadowPrice),
  );
  return [
    '',
    'limits that bind, and the fall of the minimized value when the limit rises by one',
    ...byPrice
      .slice(0, ROWS_MAX)
      .map(({ constraint, shadowPrice }) => `  ${constraint.padEnd(24)} ${number(shadowPrice)}`),
  ];
}

function frontierLines({ result }: OptimizedPortfolio): string[] {
  if (result.frontier === null) return [];
  return [
    '',
    `${'return'.padStart(14)} ${'risk'.padStart(14)}   efficient frontier`,
    ...result.frontier.map(
      ({ expectedReturn, risk }) =>
        `${number(expectedReturn).padStart(14)} ${number(risk).padStart(14)}`,
    ),
  ];
}

function number(value: number): string {
  return value.toPrecision(8);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(4)} %`.padStart(10);
}
