/**
 * The life of a run: one exhaustive table. `null` refuses the event.
 *
 *   L1  a run never moves backwards past release: what is at the broker cannot be undone by a state.
 */
import type { RunState } from './run-record.ts';

export type RunEvent =
  | 'compute'
  | 'fail'
  | 'submit'
  /** Every order that can still trade is approved. */
  | 'approveAll'
  /** An approval was voided. */
  | 'reopen'
  | 'release'
  /** The first placement is at the broker. */
  | 'execute'
  /** Every block is finished at the broker. */
  | 'finishExecution'
  | 'allocate'
  | 'reconcile';

export const RUN_TRANSITIONS = {
  computing: row({ compute: 'proposed', fail: 'failed' }),
  proposed: row({ submit: 'submitted' }),
  submitted: row({ approveAll: 'approved', reopen: 'submitted', release: 'released' }),
  approved: row({ approveAll: 'approved', reopen: 'submitted', release: 'released' }),
  // Everything can be filled before we look: each later event is reachable from each earlier state.
  released: row({
    execute: 'executing',
    finishExecution: 'executed',
    allocate: 'allocated',
  }),
  executing: row({ execute: 'executing', finishExecution: 'executed', allocate: 'allocated' }),
  executed: row({ finishExecution: 'executed', allocate: 'allocated' }),
  allocated: row({ allocate: 'allocated', reconcile: 'reconciled' }),
  reconciled: row({ reconcile: 'reconciled' }),
  failed: row({}),
} as const satisfies Record<RunState, Record<RunEvent, RunState | null>>;

function row(cells: Partial<Record<RunEvent, RunState>>): Record<RunEvent, RunState | null> {
  return {
    compute: null,
    fail: null,
    submit: null,
    approveAll: null,
    reopen: null,
    release: null,
    execute: null,
    finishExecution: null,
    allocate: null,
    reconcile: null,
    ...cells,
  };
}

/** The state after an event; null when the run's state refuses it. */
export function nextRunState(state: RunState, event: RunEvent): RunState | null {
  return RUN_TRANSITIONS[state][event];
}
