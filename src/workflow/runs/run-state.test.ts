import { describe, expect, it } from 'vitest';
import { RUN_STATES, type RunState } from './run-record.ts';
import { nextRunState, RUN_TRANSITIONS, type RunEvent } from './run-state.ts';

const EVENTS = Object.keys(RUN_TRANSITIONS.failed) as RunEvent[];
const AFTER_RELEASE = ['released', 'executing', 'executed', 'allocated', 'reconciled'];

describe('the run state table', () => {
  it('L1 never leads from release back to where orders can be changed', () => {
    for (const state of AFTER_RELEASE) {
      for (const event of EVENTS) {
        const next = nextRunState(state as RunState, event);
        if (next === null) continue;
        expect(AFTER_RELEASE.indexOf(next)).toBeGreaterThanOrEqual(AFTER_RELEASE.indexOf(state));
      }
    }
  });

  it('reaches every state from the first', () => {
    const seen = new Set(['computing']);
    for (const state of seen) {
      for (const event of EVENTS) {
        const next = nextRunState(state as RunState, event);
        if (next !== null) seen.add(next);
      }
    }
    expect([...seen].sort()).toEqual([...RUN_STATES].sort());
  });

  it('refuses approval before submission and release before approval is possible', () => {
    expect(nextRunState('proposed', 'approveAll')).toBeNull();
    expect(nextRunState('proposed', 'release')).toBeNull();
    expect(nextRunState('computing', 'submit')).toBeNull();
    expect(nextRunState('released', 'reopen')).toBeNull();
  });
});
