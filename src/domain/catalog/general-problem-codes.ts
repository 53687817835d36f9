import type { CatalogEntry } from './entry.ts';

const entry = (meaning: string, advice: string): CatalogEntry => ({
  meaning,
  advice,
  httpStatus: 422,
});

/** What can be wrong with the file of a general problem (QPS, MPS or JSON). */
export const generalProblemCodes = {
  MPS_SECTION_UNKNOWN: entry(
    'The file has a section that is not read, or a line in the first column that is no section.',
    'Remove the section, or begin data lines with a blank. Read are NAME, OBJSENSE, OBJNAME, ROWS, COLUMNS, RHS, RANGES, BOUNDS, QUADOBJ, QMATRIX, QSECTION and ENDATA.',
  ),
  MPS_SECTION_DUPLICATE: entry(
    'A section stands twice, or two sections state the quadratic part.',
    'Keep one of the two.',
  ),
  MPS_SECTION_MISSING: entry(
    'A section that every problem needs (ROWS, COLUMNS or the final ENDATA) is absent.',
    'Add it; a missing ENDATA mostly says that the file was cut off.',
  ),
  MPS_LINE_MALFORMED: entry(
    'A data line has fields that its section does not allow.',
    'Write the fields of the section; names with blanks need the fixed columns 2-3, 5-12, 15-22, 25-36, 40-47 and 50-61.',
  ),
  MPS_LINE_TOO_LONG: entry(
    'A line is longer than the limit of 1,024 characters.',
    'Write one or two entries on a line; line ends may have been lost.',
  ),
  MPS_NAME_UNKNOWN: entry(
    'A line names a row or a column that was not declared before.',
    'Declare the row in ROWS, the column in COLUMNS, or correct the spelling.',
  ),
  MPS_NAME_DUPLICATE: entry(
    'A row or a column is declared twice, or the entries of a column stand apart.',
    'Use different names, and write all entries of a column one after the other.',
  ),
  MPS_NAME_INVALID: entry(
    'A name is longer than 255 characters, blank, or has characters that do not print.',
    'Use another name.',
  ),
  MPS_ENTRY_DUPLICATE: entry(
    'A coefficient, right-hand side, range, bound or quadratic term is given twice.',
    'Keep one of the two lines named; neither can be preferred for you.',
  ),
  MPS_NUMBER_INVALID: entry(
    'A field that must be a number is not a finite decimal number, or is infinite where that has no meaning.',
    'Write for example -12.5 or 1.25E+3. Limits of 1e20 and beyond are read as infinite.',
  ),
  MPS_ROW_TYPE_UNKNOWN: entry('A row has no known type.', 'Write N, E, L or G.'),
  MPS_BOUND_TYPE_UNKNOWN: entry(
    'A bound has no known type, or one that cannot be solved here (SC, SI: semi-continuous).',
    'Write LO, UP, FX, FR, MI, PL, BV, LI or UI; state a semi-continuous variable by a binary one.',
  ),
  MPS_MARKER_INVALID: entry(
    "A marker line is neither 'INTORG' nor 'INTEND', or they do not alternate.",
    'Enclose integer columns by one INTORG and one INTEND; special ordered sets are not read.',
  ),
  MPS_SENSE_UNKNOWN: entry(
    'OBJSENSE says neither minimum nor maximum.',
    'Write MIN or MAX, on the line of OBJSENSE or on the next.',
  ),
  MPS_QUADRATIC_ASYMMETRIC: entry(
    'QMATRIX gives an entry without its equal mirror image.',
    'Write both triangles with equal values, or one triangle under QUADOBJ.',
  ),
  MPS_ROW_DROPPED: entry(
    'A further row of type N limits nothing and is left out, with its entries.',
    'Nothing, unless it should be the objective: then put it first or name it under OBJNAME.',
  ),
  MPS_SET_IGNORED: entry(
    'RHS, RANGES or BOUNDS holds more than one named set; only the first is used.',
    'Remove the sets that are not meant.',
  ),
  MPS_NEGATIVE_UPPER_BOUND: entry(
    'A variable has a negative upper bound and no lower one. Its lower bound is taken as minus infinity (the convention of CPLEX, Gurobi and SAS), not as zero.',
    'Write the lower bound that is meant: MI for none, or LO.',
  ),
  MPS_INTEGER_DEFAULT_BOUNDS: entry(
    'An integer column between markers has no bound. It is taken as 0 or 1 (the convention of MPSX, CPLEX, SAS and HiGHS), not as 0 and above.',
    'Write its bounds: PL for 0 and above.',
  ),
  MPS_OBJECTIVE_ABSENT: entry(
    'The file has no row of type N: the objective is zero and any feasible point is best.',
    'Add the objective, if there is one.',
  ),
  MPS_TEXT_AFTER_END: entry(
    'There are lines after ENDATA; they are not read.',
    'Remove them, or split the file: it may hold two problems.',
  ),
  PROBLEM_FIELD_INVALID: entry(
    'A field of the problem is absent or has the wrong type or range.',
    'Correct it; `evenkeel schema general-problem` prints what is allowed.',
  ),
  PROBLEM_FIELD_UNKNOWN: entry(
    'The problem has a field that is not read.',
    'Correct its name or remove it: a misspelled limit would be no limit.',
  ),
  PROBLEM_SIZE_DIFFERS: entry(
    'A list has another length than the variables or rows that it describes.',
    'Write one value for each; the message says how many.',
  ),
  PROBLEM_ENTRY_DUPLICATE: entry(
    'Two entries of a list stand for the same place or the same name.',
    'Keep one of the two.',
  ),
  PROBLEM_ONE_TRIANGLE: entry(
    "P has entries off the diagonal in one triangle only. They are read as they stand: 1/2 x'Px, so each counts half of what it would with its mirror image.",
    'If P is meant symmetric, write both triangles.',
  ),
  PROBLEM_FLAGS_AMBIGUOUS: entry(
    '`integer` could be a list of indices or of flags; it is read as indices.',
    'Write true and false for flags, or the names of the variables.',
  ),
  PROBLEM_NOT_CONVEX: entry(
    'The quadratic part is not convex (for a maximum: not concave): along the direction named the objective curves the wrong way, and no answer could be shown to be the best.',
    'Check the signs of the quadratic part, and whether one or both triangles are meant.',
  ),
  PROBLEM_ERRORS_MANY: entry(
    'The file has more errors than are listed.',
    'Correct those listed and try again.',
  ),
} as const satisfies Record<string, CatalogEntry>;
