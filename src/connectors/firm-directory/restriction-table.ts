import { warningFinding } from '../../domain/index.ts';
import type {
  AccountId,
  HouseholdId,
  InstrumentSymbol,
  Restriction,
  RestrictionKind,
  RestrictionScope,
  RestrictionSubject,
} from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { compareText, readFirmTable } from './reading.ts';
import type { Reading } from './reading.ts';

const FILE = 'restrictions.csv';

/** `firm`, `household:ID` or `account:ID`, as restrictions.csv spells it. */
export function scopeText(scope: RestrictionScope): string {
  if (scope.kind === 'firm') return 'firm';
  return scope.kind === 'household'
    ? `household:${scope.householdId}`
    : `account:${scope.accountId}`;
}

export function subjectText(subject: RestrictionSubject): string {
  if (subject.kind === 'symbol') return subject.symbol;
  return subject.kind === 'sector' ? subject.sector : subject.issuer;
}

/**
 * By id, which is made of scope, kind and subject. A restriction that cannot be read holds back every
 * account that it may have meant: the firm's all, a household's those of the household.
 */
export function readRestrictions(reading: Reading): readonly Restriction[] {
  const restrictions = new Map<string, Restriction>();
  const sectors = new Set<string>();
  const issuers = new Set<string>();
  for (const { sector, issuer } of reading.instruments.values()) {
    if (sector !== null) sectors.add(sector);
    if (issuer !== null) issuers.add(issuer);
  }
  readFirmTable(reading, 'restrictions', {
    onRow: (row) => {
      const before = reading.findings.length;
      const restriction = restrictionFrom(reading, row);
      if (restriction !== null) {
        keep(restrictions, restriction, row);
        warnOfUnknownSubject(reading, restriction.subject, { sectors, issuers, row: row.row });
      }
      if (row.isFaulty) addressFaults(reading, row, before);
    },
  });
  return [...restrictions.values()].sort((a, b) => compareText(a.restrictionId, b.restrictionId));
}

function keep(known: Map<string, Restriction>, restriction: Restriction, row: TableRow): void {
  const { restrictionId, value } = restriction;
  const earlier = known.get(restrictionId);
  if (earlier === undefined) known.set(restrictionId, restriction);
  else if (earlier.value?.toString() !== value?.toString()) {
    row.fault('RECORD_DUPLICATE', `another value for ${restrictionId} stands in an earlier row`);
  }
}

function restrictionFrom(reading: Reading, row: TableRow): Restriction | null {
  const scope = scopeFrom(reading, row);
  const subjects: RestrictionSubject[] = [];
  const symbol = row.id('symbol') as InstrumentSymbol | null;
  const sector = row.text('sector');
  const issuer = row.text('issuer');
  if (symbol !== null) subjects.push({ kind: 'symbol', symbol });
  if (sector !== null) subjects.push({ kind: 'sector', sector });
  if (issuer !== null) subjects.push({ kind: 'issuer', issuer });
  const kind = row.choice('kind') as RestrictionKind | null;
  const value = row.decimal<'ratio'>('value');
  const reason = row.text('reason');
  const [subject] = subjects;
  if (subjects.length !== 1 && !row.isFaulty) {
    const given = `${String(subjects.length)} of symbol, sector and issuer are given`;
    row.fault('RESTRICTION_SHAPE_INVALID', given, 'symbol');
  }
  const needsValue = kind === 'maxWeight' || kind === 'minWeight';
  if (kind !== null && !row.isFaulty && needsValue !== (value !== null)) {
    const message = needsValue ? `${kind} needs a value` : `${kind} takes no value`;
    row.fault('RESTRICTION_SHAPE_INVALID', message, 'value');
  }
  if (row.isFaulty || scope === null || subject === undefined || kind === null) return null;
  const restrictionId = `${scopeText(scope)}/${kind}/${subject.kind}:${subjectText(subject)}`;
  return { restrictionId, scope, subject, kind, value, reason };
}

function scopeFrom(reading: Reading, row: TableRow): RestrictionScope | null {
  const text = row.text('scope');
  if (text === null) return null;
  if (text === 'firm') return { kind: 'firm' };
  const [kind, ...rest] = text.split(':');
  const id = rest.join(':');
  if (kind === 'household') {
    const household = reading.households.get(id as HouseholdId);
    if (household !== undefined) return { kind, householdId: household.householdId };
    return row.fault(
      'HOUSEHOLD_UNKNOWN',
      `no household ${JSON.stringify(id.slice(0, 60))}`,
      'scope',
    );
  }
  if (kind === 'account') {
    const account = reading.accounts.get(id as AccountId);
    if (account !== undefined) return { kind, accountId: account.accountId };
    if (reading.rejectedAccounts.has(id)) return null;
    return row.fault('ACCOUNT_UNKNOWN', `no account ${JSON.stringify(id.slice(0, 60))}`, 'scope');
  }
  const message = `${JSON.stringify(text.slice(0, 60))} is not firm, household:ID or account:ID`;
  return row.fault('VALUE_UNKNOWN', message, 'scope');
}

/** Adds to the faults of a row which accounts they concern, one finding for each. */
function addressFaults(reading: Reading, row: TableRow, before: number): void {
  const scope = row.raw('scope');
  let accountIds: string[] = [];
  if (scope.startsWith('account:')) accountIds = [scope.slice('account:'.length)];
  if (scope.startsWith('household:')) {
    const householdId = scope.slice('household:'.length);
    for (const account of reading.accounts.values()) {
      if (account.householdId === householdId) accountIds.push(account.accountId);
    }
  }
  if (accountIds.length === 0) return;
  for (const finding of reading.findings.splice(before)) {
    for (const accountId of accountIds) {
      reading.findings.push({ ...finding, location: { ...finding.location, accountId } });
    }
  }
}

function warnOfUnknownSubject(
  reading: Reading,
  subject: RestrictionSubject,
  known: {
    readonly sectors: ReadonlySet<string>;
    readonly issuers: ReadonlySet<string>;
    readonly row: number;
  },
): void {
  const location = { file: FILE, row: known.row, column: subject.kind };
  const text = subjectText(subject);
  const isKnown =
    subject.kind === 'symbol'
      ? reading.instruments.has(subject.symbol)
      : (subject.kind === 'sector' ? known.sectors : known.issuers).has(text);
  if (isKnown) return;
  // Nothing can be bought that the security master does not have, so the restriction holds by itself.
  const code = subject.kind === 'symbol' ? 'SYMBOL_UNKNOWN' : 'VALUE_UNKNOWN';
  const message = `no security has the ${subject.kind} ${text.slice(0, 60)}: is it misspelled?`;
  reading.findings.push(warningFinding(code, message, location));
}
