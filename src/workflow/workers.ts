/**
 * What runs in the background of a server. Every worker looks at the tables, not at what it remembers:
 * killed and started again, it goes on where the tables are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowContext } from './context.ts';
import { pruneLiveEvents } from './live-events-postgres.ts';
import { followUp } from './reconciliation/reconciliation.ts';
import { computeRun } from './runs/run-computation.ts';
import { listRuns } from './runs/runs-postgres.ts';
import { sweepSchedules } from './schedules/schedule-sweep.ts';
import { settleBlocks } from './trading/settlement.ts';

export interface Workers {
  /** Ends after the steps that are running. */
  stop(): Promise<void>;
}

const SETTLEMENT_MS = 300;
const PRUNE_MS = 600_000;

/** Starts the workers of one server. */
export async function startWorkers(context: WorkflowContext): Promise<Workers> {
  const stopping = new AbortController();
  await context.jobs.work('run-computation', ({ runId }) => computeRun(context, runId));
  await context.jobs.work('schedule-sweep', () => sweepSchedules(context));
  await resumeRuns(context);
  const loops = [
    repeat(stopping.signal, SETTLEMENT_MS, async () => {
      await guarded(context, 'settlement', () => settleBlocks(context));
      await guarded(context, 'reconciliation', () => followUp(context));
    }),
    repeat(stopping.signal, PRUNE_MS, () =>
      guarded(context, 'pruning', () => pruneLiveEvents(context.database, context.firmId)),
    ),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/**
 * Queues every run that still waits to be computed. A second job for one run is harmless: the claim lets
 * one of them write.
 */
async function resumeRuns(context: WorkflowContext): Promise<void> {
  const runs = await listRuns(context.database, context.firmId, {
    states: ['computing'],
    limit: 1_000,
  });
  for (const { runId } of runs) {
    await context.database.transaction((tx) =>
      context.jobs.enqueue(tx, 'run-computation', { firmId: context.firmId, runId }),
    );
  }
}

async function repeat(
  signal: AbortSignal,
  pauseMs: number,
  step: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await step();
    // An aborted pause rejects: that is the signal to end, not a fault.
    await sleep(pauseMs, undefined, { signal }).catch(() => null);
  }
}

/** A fault of one step is reported and the step comes again; it does not end the server. */
async function guarded(
  context: WorkflowContext,
  where: string,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    context.onFault(where, error);
  }
}
