/**
 * Reads QPS and MPS, fixed or free, found out by trying: the free layout is taken where the file makes sense in
 * it; a name with blanks does not, and then the columns decide. What makes sense in neither is reported by the
 * layout that has fewer complaints.
 */
import type { GeneralProblem } from '../../domain/index.ts';
import {
  findingList,
  reportError,
  reportWarning,
  shown,
  type FindingList,
} from './finding-list.ts';
import { readBound } from './mps-bounds.ts';
import { emptyDraft, type MpsDraft, type ObjectiveSense } from './mps-draft.ts';
import { fixedLayout, freeLayout, type MpsLayout } from './mps-layouts.ts';
import { problemOf } from './mps-problem.ts';
import { readColumn, readLimits, readQuadratic, readRow, type MpsLine } from './mps-sections.ts';

export interface MpsReading {
  /** A minimization; null when there is an error. */
  readonly problem: GeneralProblem | null;
  readonly sense: ObjectiveSense;
  readonly layout: 'fixed' | 'free';
  readonly list: FindingList;
}

const LINE_CHARACTERS_MAX = 1024;

const SECTIONS = [
  'NAME',
  'OBJSENSE',
  'OBJNAME',
  'ROWS',
  'COLUMNS',
  'RHS',
  'RANGES',
  'BOUNDS',
  'QUADOBJ',
  'QMATRIX',
  'QSECTION',
  'ENDATA',
] as const;
/** Headers that say something beside their name. */
const WITH_WORDS = new Set(['NAME', 'OBJSENSE', 'OBJNAME', 'QSECTION']);
type Section = (typeof SECTIONS)[number];
/** Sections that other solvers read and that change what is asked, so that leaving them out would be wrong. */
const REFUSED = new Set(
  'SOS SOS1 SOS2 SETS CSECTION QCMATRIX INDICATORS LAZYCONS USERCUTS GENCONS PWLOBJ CONE BRANCH'.split(
    ' ',
  ),
);

/** @param text the whole file, decoded */
export function readMps(file: string, text: string): MpsReading {
  const free = readWith(freeLayout, file, text);
  if (free.list.errorCount === 0) return free;
  const fixed = readWith(fixedLayout, file, text);
  return fixed.list.errorCount < free.list.errorCount ? fixed : free;
}

/** Where the reader stands: the open section and those that were met before, with their lines. */
interface Cursor {
  section: Section | null;
  /** An unknown section is skipped to the next header, not complained of line by line. */
  isSkipping: boolean;
  readonly seen: Map<Section, number>;
  isEnded: boolean;
  hasTextAfterEnd: boolean;
}

function readWith(layout: MpsLayout, file: string, text: string): MpsReading {
  const draft = emptyDraft(findingList(file));
  const cursor: Cursor = {
    section: null,
    isSkipping: false,
    seen: new Map(),
    isEnded: false,
    hasTextAfterEnd: false,
  };
  let number = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    number += 1;
    if (stop - start > LINE_CHARACTERS_MAX) {
      const message = `line ${String(number)} has ${String(stop - start)} characters`;
      reportError(draft.list, 'MPS_LINE_TOO_LONG', { message, at: { row: number } });
    } else {
      readLine(draft, cursor, { text: text.slice(start, stop).trimEnd(), number, layout });
    }
    start = stop + 1;
  }
  checkComplete(draft, cursor);
  const problem = problemOf(draft);
  reportIgnoredSets(draft);
  const isSound = draft.list.errorCount === 0;
  return {
    problem: isSound ? problem : null,
    sense: draft.sense,
    layout: layout.name,
    list: draft.list,
  };
}

function readLine(draft: MpsDraft, cursor: Cursor, line: MpsLine): void {
  if (line.text === '' || line.text.startsWith('*')) return;
  if (cursor.isEnded) {
    if (cursor.hasTextAfterEnd) return;
    cursor.hasTextAfterEnd = true;
    const message = 'the file goes on after ENDATA';
    reportWarning(draft.list, 'MPS_TEXT_AFTER_END', { message, at: { row: line.number } });
    return;
  }
  if (isHeader(cursor, line)) readHeader(draft, cursor, line);
  else readData(draft, cursor, line);
}

/**
 * A header begins in the first column. Some writers of the free layout do not indent data either: such a line has
 * more words than a header, or its first word is no section (`RHS r1 5` is of a set that is called RHS).
 */
function isHeader(cursor: Cursor, { text, layout }: MpsLine): boolean {
  if (/^[ \t]/.test(text)) return false;
  const [word = '', ...rest] = text.split(/[ \t]+/);
  if (layout.name === 'fixed' || cursor.section === null || rest.length === 0) return true;
  const name = word.toUpperCase();
  if (REFUSED.has(name)) return true;
  if (WITH_WORDS.has(name)) return true;
  return SECTIONS.some((one) => one === name) && rest.length === 1;
}

function readHeader(draft: MpsDraft, cursor: Cursor, line: MpsLine): void {
  const word = (/^\S+/.exec(line.text)?.[0] ?? '').toUpperCase();
  const rest = line.text.slice(word.length).trim();
  const section = SECTIONS.find((one) => one === word);
  const at = { row: line.number };
  cursor.isSkipping = section === undefined;
  if (section === undefined) {
    const message = REFUSED.has(word)
      ? `section ${word} states something that cannot be solved here`
      : `${shown(line.text)} is no section that is read`;
    reportError(draft.list, 'MPS_SECTION_UNKNOWN', { message, at });
    return;
  }
  const earlier = cursor.seen.get(section);
  if (earlier !== undefined) {
    const message = `${section} stands on line ${String(earlier)} already`;
    reportError(draft.list, 'MPS_SECTION_DUPLICATE', { message, at });
  }
  cursor.seen.set(section, line.number);
  cursor.section = section;
  if (section === 'COLUMNS' || section === 'ROWS') checkOrder(draft, cursor, line);
  openSection(draft, section, { rest, line });
  cursor.isEnded = section === 'ENDATA';
}

function openSection(
  draft: MpsDraft,
  section: Section,
  header: { readonly rest: string; readonly line: MpsLine },
): void {
  const { rest, line } = header;
  switch (section) {
    case 'NAME':
      // `FREE` after the name says the layout in some writers' files.
      draft.name = rest.replace(/\s+FREE$/, '').slice(0, 255);
      return;
    case 'OBJSENSE':
      if (rest !== '') readSense(draft, rest, line);
      return;
    case 'OBJNAME':
      if (rest !== '') draft.objectiveName = { name: rest, line: line.number };
      return;
    case 'QUADOBJ':
    case 'QSECTION':
      openQuadratic(draft, 'oneTriangle', line);
      if (section === 'QSECTION' && rest !== '') checkQuadraticRow(draft, rest, line);
      return;
    case 'QMATRIX':
      openQuadratic(draft, 'bothTriangles', line);
      return;
    default:
      return;
  }
}

function readData(draft: MpsDraft, cursor: Cursor, line: MpsLine): void {
  if (cursor.isSkipping) return;
  switch (cursor.section) {
    case 'ROWS':
      readRow(draft, line);
      return;
    case 'COLUMNS':
      readColumn(draft, line);
      return;
    case 'RHS':
    case 'RANGES':
      readLimits(draft, cursor.section, line);
      return;
    case 'BOUNDS':
      readBound(draft, line);
      return;
    case 'QUADOBJ':
    case 'QMATRIX':
    case 'QSECTION':
      readQuadratic(draft, line);
      return;
    case 'OBJSENSE':
      readSense(draft, line.text.trim(), line);
      return;
    case 'OBJNAME':
      draft.objectiveName = { name: line.text.trim(), line: line.number };
      return;
    default: {
      const message =
        cursor.section === null
          ? 'a data line before the first section'
          : `${cursor.section} has no data lines`;
      reportError(draft.list, 'MPS_LINE_MALFORMED', { message, at: { row: line.number } });
      cursor.isSkipping = true;
    }
  }
}

function readSense(draft: MpsDraft, text: string, line: MpsLine): void {
  const word = text.toUpperCase();
  if (['MAX', 'MAXIMIZE', 'MAXIMISE'].includes(word)) draft.sense = 'maximize';
  else if (['MIN', 'MINIMIZE', 'MINIMISE'].includes(word)) draft.sense = 'minimize';
  else {
    const message = `${shown(text)} is neither MIN nor MAX`;
    reportError(draft.list, 'MPS_SENSE_UNKNOWN', { message, at: { row: line.number } });
  }
}

function openQuadratic(
  draft: MpsDraft,
  form: 'oneTriangle' | 'bothTriangles',
  line: MpsLine,
): void {
  if (draft.quadraticForm !== null) {
    const message = 'the quadratic part is stated in two sections';
    reportError(draft.list, 'MPS_SECTION_DUPLICATE', { message, at: { row: line.number } });
  }
  draft.quadraticForm = form;
}

/** QSECTION names the row it belongs to: a row other than the objective would be a quadratic constraint. */
function checkQuadraticRow(draft: MpsDraft, name: string, line: MpsLine): void {
  const row = draft.rowIndex.get(name);
  const type = row === undefined ? undefined : draft.rowTypes[row];
  if (type === 'N') return;
  const message = `QSECTION of ${shown(name)}: quadratic rows cannot be solved here, only a quadratic objective`;
  reportError(draft.list, 'MPS_SECTION_UNKNOWN', { message, at: { row: line.number } });
}

function checkOrder(draft: MpsDraft, cursor: Cursor, line: MpsLine): void {
  const isEarly = cursor.section === 'COLUMNS' && !cursor.seen.has('ROWS');
  if (!isEarly) return;
  const message = 'COLUMNS comes before ROWS';
  reportError(draft.list, 'MPS_SECTION_MISSING', { message, at: { row: line.number } });
}

function checkComplete(draft: MpsDraft, cursor: Cursor): void {
  for (const section of ['ROWS', 'COLUMNS', 'ENDATA'] as const) {
    if (cursor.seen.has(section)) continue;
    reportError(draft.list, 'MPS_SECTION_MISSING', { message: `there is no ${section} section` });
  }
  if (!draft.isInMarkers) return;
  const message = "the last 'INTORG' is not closed by 'INTEND'";
  reportError(draft.list, 'MPS_MARKER_INVALID', { message });
}

function reportIgnoredSets(draft: MpsDraft): void {
  for (const [set, count] of draft.ignoredSets) {
    const message = `${String(count)} lines of the further set ${shown(set)} are left out`;
    reportWarning(draft.list, 'MPS_SET_IGNORED', { message });
  }
}
