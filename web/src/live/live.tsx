/**
 * The live stream: one EventSource for the page. Events are pointers, so each makes the queries it
 * names old; they are gathered for a moment, so that a burst of fills is one redraw.
 */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { LiveEvent, Run } from '../../../src/api/contract/index.ts';

export interface LiveState {
  readonly link: 'connecting' | 'live' | 'stale';
  /** When the link was last known good; null before the first contact. */
  readonly since: Date | null;
  /** The last event received, for status messages. */
  readonly lastEvent: LiveEvent | null;
}

const START: LiveState = { link: 'connecting', since: null, lastEvent: null };
const LiveContext = createContext<LiveState>(START);

export function useLive(): LiveState {
  return useContext(LiveContext);
}

type Kind = LiveEvent['kind'];

/** Which queries a kind of event makes old: key prefixes. Total by type. */
const TOUCHED: Readonly<Record<Kind, readonly (readonly string[])[]>> = {
  'run.progressed': [['runs']],
  'run.changed': [['runs'], ['run'], ['approvals'], ['monitor'], ['audit']],
  'order.changed': [['run'], ['approvals'], ['audit']],
  'approval.changed': [['runs'], ['run'], ['approvals'], ['audit']],
  'block.changed': [['blocks'], ['runs'], ['run'], ['audit'], ['status']],
  'placement.changed': [['blocks'], ['audit']],
  'execution.recorded': [['blocks'], ['run'], ['audit']],
  'allocation.recorded': [['blocks'], ['runs'], ['run'], ['audit'], ['monitor'], ['status']],
  'reconciliation.changed': [['reconciliations'], ['runs'], ['run'], ['audit'], ['status']],
  'monitor.changed': [['monitor'], ['account']],
  'gateway.changed': [['status']],
  'schedule.fired': [['monitor'], ['runs'], ['audit']],
};
const KINDS = Object.keys(TOUCHED) as readonly Kind[];
const GATHER_MS = 400;

function applyProgress(client: QueryClient, event: LiveEvent): void {
  const { progress, runId } = event;
  if (progress === null || runId === null) return;
  client.setQueryData<Run>(['run', runId], (known) =>
    known === undefined
      ? known
      : {
          ...known,
          progress: {
            phase: progress.phase as Run['progress']['phase'],
            doneCount: progress.doneCount,
            totalCount: progress.totalCount,
          },
        },
  );
}

/** Gathers what became old and says so to the query client at most every 400 ms. */
function createInvalidator(client: QueryClient) {
  const pending = new Map<string, readonly string[]>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    timer = null;
    for (const queryKey of pending.values()) void client.invalidateQueries({ queryKey });
    pending.clear();
  };
  return {
    add(kind: Kind): void {
      for (const key of TOUCHED[kind]) pending.set(key.join('/'), key);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop(): void {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function isLiveEvent(value: unknown): value is LiveEvent {
  return typeof value === 'object' && value !== null && 'kind' in value && 'runId' in value;
}

function parseEvent(data: string): LiveEvent | null {
  try {
    const value: unknown = JSON.parse(data);
    return isLiveEvent(value) ? value : null;
  } catch {
    // A line cut by a proxy: the next event, or the reload on reconnection, brings the state.
    return null;
  }
}

interface StreamListener {
  readonly onOpen: () => void;
  readonly onLost: () => void;
  readonly onEvent: (message: Event) => void;
}

const REOPEN_MS = 3000;

/**
 * Keeps one stream open. The browser reconnects by itself after a broken connection, with the id of the last
 * event, but gives up after an answer that is no stream (a proxy's error, a restart): then it is opened anew.
 *
 * @returns a function that closes it for good
 */
function keepOpen(listener: StreamListener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const open = (): void => {
    timer = null;
    source = new EventSource('/v1/events', { withCredentials: true });
    source.addEventListener('open', listener.onOpen);
    source.addEventListener('error', () => {
      listener.onLost();
      if (source.readyState === EventSource.CLOSED) timer ??= setTimeout(open, REOPEN_MS);
    });
    for (const kind of KINDS) source.addEventListener(kind, listener.onEvent);
  };
  open();
  return () => {
    if (timer !== null) clearTimeout(timer);
    source.close();
  };
}

export function LiveProvider(props: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>(START);

  useEffect(() => {
    const invalidator = createInvalidator(client);
    const onEvent = (message: Event): void => {
      if (!(message instanceof MessageEvent) || typeof message.data !== 'string') return;
      const event = parseEvent(message.data);
      if (event === null) return;
      if (event.kind === 'run.progressed') applyProgress(client, event);
      invalidator.add(event.kind);
      setState((known) => ({ ...known, lastEvent: event }));
    };
    let wasLost = false;
    const stop = keepOpen({
      onOpen: () => {
        setState((known) => ({ ...known, link: 'live', since: new Date() }));
        // Whatever was missed while away is read again.
        if (wasLost) void client.invalidateQueries();
        wasLost = false;
      },
      onLost: () => {
        wasLost = true;
        setState((known) =>
          known.link === 'stale' ? known : { ...known, link: 'stale', since: new Date() },
        );
      },
      onEvent,
    });
    return () => {
      stop();
      invalidator.stop();
    };
  }, [client]);

  const value = useMemo(() => state, [state]);
  return <LiveContext value={value}>{props.children}</LiveContext>;
}
