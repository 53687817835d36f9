/**
 * The document of `evenkeel optimize` (file formats, portfolio problems) into a portfolio problem. Everything
 * that is wrong with the document is told at once, each fault with its pointer, code and remedy; what depends
 * on the numbers together (an indefinite covariance, limits that contradict) is the optimizer's to judge.
 */
import { errorFinding } from '../../domain/index.ts';
import type { Finding, PortfolioObjective, PortfolioProblem } from '../../domain/index.ts';
import { decodeText } from '../text-decoding.ts';
import { readConstraints } from './constraint-reading.ts';
import { readCosts } from './cost-reading.ts';
import {
  DocumentReading,
  field,
  given,
  shown,
  type JsonObject,
  type Place,
} from './document-reading.ts';
import { parseJsonText } from './json-text.ts';
import { readObjective } from './objective-reading.ts';
import { readExpectedReturns, readRisk } from './risk-reading.ts';

export const PROBLEM_FIELDS = [
  'assets',
  'expectedReturns',
  'risk',
  'objective',
  'constraints',
  'current',
  'costs',
  'frontier',
  'tolerance',
] as const;

const TOLERANCE = 1e-9;
const TOLERANCE_MOST = 1e-2;
const FRONTIER_POINTS = 20;
const FRONTIER_POINTS_MOST = 1000;

export interface PortfolioProblemReading {
  /** null when there is an error among the findings. */
  readonly problem: PortfolioProblem | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads a portfolio problem.
 *
 * @param content JSON text, or its UTF-8 bytes
 * @returns the problem, or every error at once; unknown fields are warnings
 */
export function readPortfolioProblem(content: string | Uint8Array): PortfolioProblemReading {
  const text = decodeText(content);
  if (text === null) {
    return refused([errorFinding('TEXT_NOT_UTF8', 'the bytes are not UTF-8')]);
  }
  let document: unknown;
  try {
    document = parseJsonText(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refused([errorFinding('JSON_INVALID', error.message.slice(0, 200))]);
  }
  return readPortfolioDocument(document);
}

/** The same for a document that was parsed already. */
export function readPortfolioDocument(document: unknown): PortfolioProblemReading {
  const reading = new DocumentReading();
  const root = reading.object({ value: document, pointer: '' }, PROBLEM_FIELDS);
  if (root === null) return refused(reading.findings);
  const problem = problemOf(reading, root);
  if (reading.leftOut > 0) {
    const message = `${String(reading.leftOut)} more errors are not listed`;
    reading.findings.push(errorFinding('PORTFOLIO_FIELD_INVALID', message, { pointer: '' }));
  }
  return reading.hasErrors ? refused(reading.findings) : { problem, findings: reading.findings };
}

function refused(findings: readonly Finding[]): PortfolioProblemReading {
  return { problem: null, findings };
}

function problemOf(reading: DocumentReading, root: JsonObject): PortfolioProblem | null {
  const assets = readAssets(reading, reading.required(root, '', 'assets'));
  const n = assets.length;
  const riskAt = reading.required(root, '', 'risk');
  const objectiveAt = reading.required(root, '', 'objective');
  const risk = riskAt === null ? null : readRisk(reading, riskAt, n);
  const observations = risk?.kind === 'returns' ? risk.observationCount : null;
  const returns = readExpectedReturns(reading, given(root, '', 'expectedReturns'), {
    n,
    observations,
  });
  const objective =
    objectiveAt === null ? null : readObjective(reading, objectiveAt, { n, isNested: false });
  const currentAt = given(root, '', 'current');
  const current =
    currentAt === null ? null : reading.vector(currentAt, { length: n, of: 'assets' });
  const context = { assets, risk, hasCurrent: current !== null };
  const constraints = readConstraints(reading, given(root, '', 'constraints'), context);
  const costs = readCosts(reading, given(root, '', 'costs'), assets);
  const frontier = readFrontier(reading, field(root, '', 'frontier'));
  const tolerance = reading.optionalNumber(root, '', {
    name: 'tolerance',
    above: 0,
    most: TOLERANCE_MOST,
    otherwise: TOLERANCE,
  });
  if (risk === null || objective === null) return null;
  if (risk.kind !== 'returns' && needsHistory(objective)) {
    const message = `the measure ${measureOf(objective)} is computed from a return history, and risk is given as ${risk.kind}`;
    reading.error('RETURN_HISTORY_REQUIRED', '/risk', message);
  }
  return {
    assets,
    expectedReturns: returns.values,
    ...(returns.choice === null ? {} : { expectedReturnsChoice: returns.choice }),
    risk,
    objective,
    constraints,
    current,
    costs,
    frontier,
    tolerance,
  };
}

function readAssets(reading: DocumentReading, place: Place | null): readonly string[] {
  const entries = place === null ? [] : (reading.list(place) ?? []);
  if (place !== null && Array.isArray(place.value) && entries.length === 0) {
    reading.error('PORTFOLIO_FIELD_INVALID', place.pointer, 'there is no asset');
  }
  const seen = new Map<string, number>();
  return entries.map((entry, i) => {
    const name = reading.text(entry);
    const earlier = seen.get(name);
    if (name !== '' && earlier !== undefined) {
      const message = `${shown(name)} is the name of asset ${String(earlier)} already`;
      reading.error('PORTFOLIO_NAME_DUPLICATE', entry.pointer, message);
    }
    seen.set(name, i);
    return name;
  });
}

function readFrontier(
  reading: DocumentReading,
  place: Place | null,
): { readonly points: number } | null {
  if (place === null || place.value === null) return null;
  const object = reading.object(place, ['points']);
  if (object === null) return null;
  return {
    points: reading.optionalNumber(object, place.pointer, {
      name: 'points',
      least: 2,
      most: FRONTIER_POINTS_MOST,
      isInteger: true,
      otherwise: FRONTIER_POINTS,
    }),
  };
}

function measureOf(objective: PortfolioObjective): string {
  if (objective.kind === 'blackLitterman') return measureOf(objective.then);
  return 'risk' in objective ? objective.risk.measure : 'variance';
}

function needsHistory(objective: PortfolioObjective): boolean {
  return measureOf(objective) !== 'variance';
}
