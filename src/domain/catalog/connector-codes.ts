import type { CatalogEntry } from './entry.ts';

const entry = (meaning: string, advice: string): CatalogEntry => ({
  meaning,
  advice,
  httpStatus: 422,
});

/** What can be wrong with a file that comes in. */
export const connectorCodes = {
  FILE_REQUIRED: entry(
    'A file that every firm directory needs is absent.',
    'Add the file; a header row alone says that there are no records.',
  ),
  FILE_UNKNOWN: entry(
    'The firm directory holds a file of a name that is not read.',
    'Correct the name, or move the file elsewhere.',
  ),
  FILE_TOO_LARGE: entry(
    'The file is larger than the limit of 200 MB.',
    'Split the firm, or leave out history that is not needed.',
  ),
  FILE_UNREADABLE: entry(
    'The file could not be opened or read.',
    'Check the path and the permissions.',
  ),
  FILE_FORMAT_UNKNOWN: entry(
    'The content of the file fits no format that can be imported.',
    'Export it again as Schwab CSV (positions, transactions or lot details) or IBKR Flex XML.',
  ),
  TEXT_NOT_UTF8: entry('The file is not valid UTF-8 text.', 'Save it as UTF-8.'),
  TEXT_INVALID: entry(
    'A cell contains a control character that no text has, such as NUL.',
    'Remove the character; the export may be damaged.',
  ),
  TEXT_TOO_LONG: entry(
    'A cell is longer than the limit of 4,096 characters.',
    'Shorten it; an unclosed quote may have swallowed the rows that follow.',
  ),
  CSV_MALFORMED: entry(
    'The file is not RFC 4180 CSV: a quote is misplaced or not closed.',
    'Put quotes around the whole cell and double the quotes inside it.',
  ),
  ROW_SHAPE_INVALID: entry(
    'The row has more or fewer cells than the header.',
    'Quote cells that contain commas, and write every cell, empty ones too.',
  ),
  COLUMN_REQUIRED: entry(
    'The header lacks a column that the file must have.',
    'Add the column; names are spelled exactly as documented.',
  ),
  COLUMN_UNKNOWN: entry(
    'The header has a column that is not read.',
    'Correct its name, or ignore this: the column is not used.',
  ),
  MODEL_LINE_DETAIL_UNUSED: entry(
    'A line of a model that holds another model gives bands or substitutes, which belong to names.',
    'Write them on the lines of the model that is held.',
  ),
  COLUMN_DUPLICATE: entry('The header names a column twice.', 'Remove or rename one of them.'),
  VALUE_REQUIRED: entry('A required cell is blank. Blank is not zero.', 'Write the value.'),
  VALUE_UNKNOWN: entry(
    'The cell has none of the values that are allowed.',
    'Use one of the values listed in the message.',
  ),
  TAX_STATUS_UNKNOWN: entry(
    'The tax status of the account is none of the known ones.',
    'Use one of the values listed in the message.',
  ),
  IDENTIFIER_INVALID: entry(
    'An id or symbol is not printable, trimmed text of at most 128 characters.',
    'Remove blanks around it and characters that do not print.',
  ),
  NUMBER_INVALID: entry(
    'A cell that must be a number is not in plain decimal notation.',
    'Write 1234.56: no thousands separators, currency signs, exponents or blanks.',
  ),
  NUMBER_OUT_OF_RANGE: entry(
    'A number lies outside the range that its column allows.',
    'Correct the number; weights and rates are fractions (0.25 is 25 %).',
  ),
  DATE_INVALID: entry(
    'A date is not of the form YYYY-MM-DD or does not exist.',
    'Write for example 2026-03-31.',
  ),
  RECORD_DUPLICATE: entry(
    'A second record has the same key as an earlier one.',
    'Keep one of the two rows named; neither can be preferred for you.',
  ),
  ACCOUNT_UNKNOWN: entry(
    'A record names an account that accounts.csv does not have, or whose row was rejected.',
    'Add or correct the account, or remove the record.',
  ),
  HOUSEHOLD_UNKNOWN: entry(
    'A record names a household that households.csv does not have, or whose row was rejected.',
    'Add or correct the household, or correct the id.',
  ),
  SYMBOL_UNKNOWN: entry(
    'A record names a symbol that securities.csv does not have, or whose row was rejected.',
    'Add or correct the security, or correct the symbol.',
  ),
  CASH_MISSING: entry(
    'No cash balance is given for the account. Not given is not zero.',
    'Add a row to cash.csv, with amount 0 where there is no cash.',
  ),
  CURRENCY_NOT_BASE: entry(
    'An amount is in another currency than the base currency of the firm.',
    'Keep records of one currency per firm directory; set baseCurrency in settings.json.',
  ),
  MODEL_WEIGHTS_NOT_ONE: entry(
    'The weights of a model do not add up to exactly 1.',
    'Correct the weights; the message shows their sum.',
  ),
  MODEL_CYCLE: entry(
    'A model contains itself, directly or through other models.',
    'Break the cycle that the message shows.',
  ),
  MODEL_COMPONENT_UNKNOWN: entry(
    'A model names a security or a model that does not exist or was rejected.',
    'Add or correct the component.',
  ),
  MODEL_NESTING_TOO_DEEP: entry(
    'Models contain models more than 32 levels deep.',
    'Put the names into fewer levels.',
  ),
  MODEL_INVALID: entry(
    'The account follows a model that was rejected.',
    'Correct the model; its own findings say how.',
  ),
  RESTRICTION_SHAPE_INVALID: entry(
    'A restriction contradicts its own shape: its subject or its value is absent, double or out of place.',
    'Give exactly one of symbol, sector and issuer, and a value for maxWeight and minWeight only.',
  ),
  PRICE_MISSING: entry(
    'A security that is held has no usable price.',
    'Add a row to prices.csv; its accounts are not rebalanced without it.',
  ),
  JSON_INVALID: entry(
    'The document is not JSON, or not an object.',
    'Correct the syntax at the place that the message names.',
  ),
  SETTING_INVALID: entry(
    'A setting has a value of the wrong type or out of range.',
    'Correct it; `evenkeel schema settings` prints what is allowed.',
  ),
  SETTING_UNKNOWN: entry(
    'settings.json has a key that is not read.',
    'Correct its name; the key is not used.',
  ),
  XML_MALFORMED: entry(
    'The file is not well-formed XML.',
    'Export it again; it may have been cut off.',
  ),
  XML_DOCTYPE_REFUSED: entry(
    'The XML declares a document type or entities, which are refused.',
    'Export the statement again without a DOCTYPE.',
  ),
  IMPORT_ROW_REJECTED: entry(
    'A row of the custodian file could not be read.',
    'Correct the row as the message says, or export the file again.',
  ),
  IMPORT_ROW_IGNORED: entry(
    'A row of the custodian file was understood and left out on purpose.',
    'Nothing, unless the message names something that you need.',
  ),
  IMPORT_TOTAL_DIFFERS: entry(
    'The rows read do not add up to the total that the file itself states.',
    'Do not use the import; find the row that is missing or misread.',
  ),
  ACCOUNT_SETUP_REQUIRED: entry(
    'An imported account lacks something that no custodian file says, such as its model or tax status.',
    'Complete the account in accounts.csv.',
  ),
} as const satisfies Record<string, CatalogEntry>;
