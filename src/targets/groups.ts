import type {
  Instrument,
  InstrumentSymbol,
  Restriction,
  TargetGroup,
  TargetLine,
} from '../domain/index.ts';
import { covers } from './restriction-lookup.ts';

/** Limits on sectors and issuers as limits on the sum of the account's names that they cover. */
export function groupsOf(
  restrictions: readonly Restriction[],
  lines: readonly TargetLine[],
  instruments: ReadonlyMap<InstrumentSymbol, Instrument>,
): TargetGroup[] {
  const groups: TargetGroup[] = [];
  for (const restriction of restrictions) {
    const { kind, subject, value, restrictionId } = restriction;
    if (subject.kind === 'symbol' || value === null) continue;
    if (kind !== 'maxWeight' && kind !== 'minWeight') continue;
    const symbols = lines
      .map((line) => line.symbol)
      .filter((symbol) => covers(restriction, symbol, instruments.get(symbol)));
    if (symbols.length === 0 && kind === 'maxWeight') continue;
    groups.push({
      restrictionId,
      name: `${subject.kind}:${subject.kind === 'sector' ? subject.sector : subject.issuer}`,
      symbols,
      minimumWeight: kind === 'minWeight' ? value : null,
      maximumWeight: kind === 'maxWeight' ? value : null,
    });
  }
  return groups;
}
