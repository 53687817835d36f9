import { catalog, findingText, type Finding } from '../../domain/index.ts';

/** Most findings printed to a person at once; the JSON result has all of them. */
const SHOWN_MAX = 40;

/** Findings as lines for a person, errors first, each code's advice once. */
export function findingLines(findings: readonly Finding[]): string[] {
  const errorsFirst = [...findings].sort((a, b) => rank(a) - rank(b));
  const shown = errorsFirst.slice(0, SHOWN_MAX);
  const lines = shown.map((finding) => `${finding.severity}: ${findingText(finding)}`);
  if (findings.length > shown.length) {
    lines.push(`… and ${String(findings.length - shown.length)} more (--json lists all)`);
  }
  const codes = [...new Set(shown.map((finding) => finding.code))];
  return [...lines, ...codes.map((code) => `  ${code}: ${catalog[code].advice}`)];
}

function rank(finding: Finding): number {
  return finding.severity === 'error' ? 0 : 1;
}

/** A finding as the JSON documents carry it. */
export function findingDocument(finding: Finding): Record<string, unknown> {
  const { code, severity, message, location } = finding;
  return { code, severity, message, ...location, advice: catalog[code].advice };
}
