/** A break's id is a hash of its content: the same difference found twice is the same break. */
import { derivedId } from '../kernel/index.ts';
import { identifier, type BreakId, type ReconciliationBreak } from '../domain/index.ts';

export function breakOf(content: Omit<ReconciliationBreak, 'breakId'>): ReconciliationBreak {
  return { breakId: identifier<BreakId>(derivedId('break', content)), ...content };
}
