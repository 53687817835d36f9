/**
 * The simulated broker: a FIX 4.4 acceptor with its own durable truth.
 *
 * Order of records: an event is in the truth log before the session counts the message that caused it,
 * and before its report is recorded for the wire. After a kill the log says which reports exist, the
 * session store says which of them were recorded; the difference is sent. So no fill is lost or doubled.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dateInZone,
  systemClock,
  zero,
  type CalendarDate,
  type Clock,
} from '../../kernel/index.ts';
import type { CancelRejection, ClientOrderId, Price } from '../../domain/index.ts';
import {
  BusinessRejectReason,
  MsgType,
  SESSION_DEFAULTS,
  Tag,
  businessRejectToFix,
  cancelRejectionToFix,
  cancelRequestFromFix,
  executionReportToFix,
  fix44,
  newOrderFromFix,
  statusRequestFromFix,
  valueOf,
  type ApplicationMessage,
  type Delivery,
  type FieldProblem,
  type NewOrder,
  type ReportedOrder,
} from '../../fix/index.ts';
import {
  FileSessionStore,
  RecordLog,
  SessionDriver,
  listen,
  type Acceptor,
} from '../../fix-runtime/index.ts';
import { elapsedMs, planFills, type FillPlan } from './fill-plan.ts';
import {
  acceptedEvent,
  applyEvent,
  isOpen,
  reportOf,
  type BrokerEvent,
  type BrokerOrder,
  type CancelRejected,
  type OrderBook,
} from './order-book.ts';
import { SCENARIOS, type BrokerScenario } from './scenario.ts';
import {
  TRUTH_TITLE,
  eventsOf,
  truthPath,
  writeBrokerStatement,
  type TruthEntry,
} from './truth-log.ts';

export interface BrokerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host?: '127.0.0.1';
  readonly dataDirectory: string;
  readonly seed: string | number;
  readonly scenario?: BrokerScenario;
  /** Reference price by symbol; an order's own hint (tag 5710), then its limit, come after it. */
  readonly prices?: ReadonlyMap<string, Price>;
  /** Our CompID. */
  readonly SenderCompID?: string;
  /** The client's CompID. */
  readonly TargetCompID?: string;
  readonly clock?: Clock;
  readonly onNote?: (text: string) => void;
  /** The broker cannot go on: its disk failed. */
  readonly onFault?: (error: unknown) => void;
}

export interface RunningBroker {
  readonly port: number;
  /** Writes the day's statement file and returns its path. */
  statement(date: CalendarDate): Promise<string>;
  /** Ends every open order as at the day's end. */
  expireOpenOrders(): Promise<void>;
  close(): Promise<void>;
}

export const BROKER_COMP_ID = 'SIMBROKER';
export const CLIENT_COMP_ID = 'EVENKEEL';

const WORK_INTERVAL_MS = 20;
const CXL_TOO_LATE = 0;
const CXL_UNKNOWN_ORDER = 1;
/** OrdRejReason (103). */
const REJECTED_UNKNOWN_ORDER = 5;

/** Starts a broker and takes up the orders of its data directory where they stood. */
export async function runBroker(options: BrokerOptions): Promise<RunningBroker> {
  await mkdir(options.dataDirectory, { recursive: true });
  const { log, records } = await RecordLog.open(truthPath(options.dataDirectory), TRUTH_TITLE);
  const broker = new Broker(options, log);
  const reports = broker.recover(eventsOf(records));
  const SenderCompID = options.SenderCompID ?? BROKER_COMP_ID;
  const TargetCompID = options.TargetCompID ?? CLIENT_COMP_ID;
  const store = await FileSessionStore.open({
    path: join(options.dataDirectory, 'session.log'),
    sessionName: `FIX.4.4 ${SenderCompID} ${TargetCompID}`,
    apply: (deliveries) => broker.apply(deliveries),
  });
  const driver = await SessionDriver.open({
    config: {
      ...SESSION_DEFAULTS,
      role: 'acceptor',
      dictionary: fix44,
      SenderCompID,
      TargetCompID,
      queuesWhileDown: true,
    },
    store,
    clock: options.clock ?? systemClock,
    staleOrderAfterMs: null,
    onDelivered: () => {
      broker.flush();
    },
    onAlarm: (code, text) => options.onNote?.(`${code}: ${text}`),
    onFault: (error) => options.onFault?.(error),
  });
  broker.start(driver);
  broker.queue(
    reports.filter(({ reference }) => reference !== null && !store.hasReference(reference)),
  );
  broker.flush();
  const acceptor = await listen(driver, {
    host: options.host ?? '127.0.0.1',
    port: options.port,
  });
  return runningBroker(broker, { acceptor, driver, options });
}

function runningBroker(
  broker: Broker,
  parts: { acceptor: Acceptor; driver: SessionDriver; options: BrokerOptions },
): RunningBroker {
  return {
    port: parts.acceptor.port,
    statement: (date) => writeBrokerStatement(parts.options.dataDirectory, date),
    expireOpenOrders: () => broker.expireOpenOrders(),
    close: async () => {
      await broker.stop();
      const closed = parts.acceptor.close();
      await parts.driver.close();
      await closed;
    },
  };
}

/** A message to the client; with a reference when it reports an event and must be sent exactly once. */
interface Reply {
  readonly message: ApplicationMessage;
  readonly reference: string | null;
}

function replyOf(reported: ReportedOrder): Reply {
  return {
    message: executionReportToFix(reported),
    reference: reported.report.brokerExecutionId,
  };
}

function cancelReply(event: CancelRejected): Reply {
  const isKnown = event.orderStatus !== null;
  const rejection: CancelRejection = {
    clientOrderId: event.requestId as ClientOrderId,
    originalClientOrderId: event.clientOrderId as ClientOrderId,
    orderStatus: event.orderStatus ?? 'rejected', // FIX: OrdStatus of an unknown order is Rejected
    respondsTo: 'cancel',
    text: isKnown ? 'Too late to cancel' : 'Unknown order',
  };
  const message = cancelRejectionToFix(rejection, {
    brokerOrderId: isKnown ? `B-${event.clientOrderId}` : null,
    reason: isKnown ? CXL_TOO_LATE : CXL_UNKNOWN_ORDER,
  });
  return { message, reference: `R-${event.requestId}` };
}

class Broker {
  readonly #options: BrokerOptions;
  readonly #scenario: BrokerScenario;
  readonly #clock: Clock;
  readonly #log: RecordLog;
  readonly #book: OrderBook = new Map();
  readonly #open = new Map<string, FillPlan>();
  /** Decided and durable, not yet handed to the session. */
  #unsent: Reply[] = [];
  #driver: SessionDriver | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** The truth log takes one record at a time: work waits its turn here. */
  #turn: Promise<void> = Promise.resolve();
  #replyCount = 0;

  constructor(options: BrokerOptions, log: RecordLog) {
    this.#options = options;
    this.#scenario = options.scenario ?? SCENARIOS.typical;
    this.#clock = options.clock ?? systemClock;
    this.#log = log;
  }

  /** Folds the log into the book. @returns every report that the log implies, oldest first */
  recover(events: readonly TruthEntry[]): Reply[] {
    return events.flatMap((event) => this.#take(event) ?? []);
  }

  start(driver: SessionDriver): void {
    this.#driver = driver;
    this.#timer = setInterval(() => {
      this.#inTurn(() => this.#work()).catch((error: unknown) => this.#fail(error));
    }, WORK_INTERVAL_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#turn;
    await this.#log.close();
  }

  /** Decides on received messages and records the decisions; replies go out by `flush`. */
  apply(deliveries: readonly Delivery[]): Promise<void> {
    return this.#inTurn(async () => {
      const events: TruthEntry[] = [];
      const replies: Reply[] = [];
      for (const delivery of deliveries) {
        const decision = this.#decide(delivery);
        if (decision === null) continue;
        if (!('kind' in decision)) {
          replies.push(decision);
          continue;
        }
        // Taken at once, so that the next message of the batch meets the book as this one leaves it.
        const reply = this.#take(decision);
        if (reply === null) continue;
        events.push(decision);
        replies.push(reply);
      }
      await this.#record(events);
      this.#unsent.push(...replies);
    });
  }

  queue(replies: readonly Reply[]): void {
    this.#unsent.push(...replies);
  }

  /** Hands what is durable to the session, in order. */
  flush(): void {
    const driver = this.#driver;
    if (driver === null) return;
    for (const { message, reference } of this.#unsent.splice(0)) {
      driver.send(message, reference).catch((error: unknown) => this.#fail(error));
    }
  }

  expireOpenOrders(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#happen(
        [...this.#open.keys()].map((id) => this.#end('expired', id, 'End of day')),
      );
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(work);
    // A failed turn is reported by its own caller; the next must not inherit it.
    this.#turn = run.catch(() => undefined);
    return run;
  }

  #fail(error: unknown): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#options.onFault?.(error);
  }

  /** Applies an event in memory and keeps the list of open orders. */
  #take(event: TruthEntry): Reply | null {
    if (event.kind === 'cancelRejected') return cancelReply(event);
    const report = applyEvent(this.#book, event);
    const order = this.#book.get(event.clientOrderId);
    if (report === null || order === undefined) return null;
    if (!isOpen(order)) this.#open.delete(order.clientOrderId);
    else if (!this.#open.has(order.clientOrderId)) {
      this.#open.set(order.clientOrderId, planFills(order, this.#scenario, this.#options.seed));
    }
    return replyOf(report);
  }

  async #record(events: readonly TruthEntry[]): Promise<void> {
    if (events.length > 0) await this.#log.append(Buffer.from(JSON.stringify(events)));
  }

  /** Events of the broker's own making: recorded, then reported. */
  async #happen(events: readonly BrokerEvent[]): Promise<void> {
    const reports = events.flatMap((event) => this.#take(event) ?? []);
    await this.#record(events);
    this.queue(reports);
    this.flush();
  }

  /** Executes the slices whose time has come. */
  async #work(): Promise<void> {
    const now = this.#clock.instant();
    const events: BrokerEvent[] = [];
    for (const [id, plan] of this.#open) {
      const order = this.#book.get(id);
      if (order === undefined || plan.kind !== 'work') continue;
      const age = elapsedMs(order.acceptedAt, now);
      const due = plan.slices.slice(order.executions.length).filter((s) => s.afterMs <= age);
      for (const { quantity, price } of due) {
        events.push({
          kind: 'executed',
          clientOrderId: id,
          quantity: quantity.toString(),
          price: price.toString(),
          at: now,
        });
      }
      if (this.#isOver(order, plan, { due: due.length, age })) {
        const isCanceled = plan.cancelAfterMs !== null && plan.cancelAfterMs <= age;
        events.push(
          isCanceled
            ? this.#end('canceled', id, 'Unsolicited cancel')
            : this.#end('expired', id, 'End of day'),
        );
      }
    }
    await this.#happen(events);
  }

  #isOver(
    order: BrokerOrder,
    plan: Extract<FillPlan, { kind: 'work' }>,
    moment: { readonly due: number; readonly age: number },
  ): boolean {
    const executed = plan.slices.slice(0, order.executions.length + moment.due);
    const total = executed.reduce((sum, { quantity }) => sum.minus(quantity), order.orderQuantity);
    if (!total.isPositive()) return false; // filled
    const { cancelAfterMs } = plan;
    const { orderLifeMs } = this.#scenario;
    return (
      (cancelAfterMs !== null && cancelAfterMs <= moment.age) ||
      (orderLifeMs !== null && orderLifeMs <= moment.age)
    );
  }

  #end(
    kind: 'canceled' | 'expired',
    clientOrderId: string,
    text: string | null,
  ): Extract<BrokerEvent, { requestId: string | null }> {
    return { kind, clientOrderId, requestId: null, text, at: this.#clock.instant() };
  }

  /** The event that a message causes, or a reply that changes nothing. Null: nothing to say. */
  #decide(delivery: Delivery): TruthEntry | Reply | null {
    switch (delivery.message.MsgType) {
      case MsgType.NewOrderSingle:
        return this.#decideNewOrder(delivery);
      case MsgType.OrderCancelRequest:
        return this.#decideCancel(delivery);
      case MsgType.OrderStatusRequest:
        return this.#decideStatus(delivery);
      case MsgType.Reject:
      case MsgType.BusinessMessageReject:
        return null; // noted by the session's alarm; the broker has nothing to undo
      default:
        return refuse(delivery, {
          reason: BusinessRejectReason.UnsupportedMessageType,
          text: 'The simulated broker does not support this message',
        });
    }
  }

  #decideNewOrder(delivery: Delivery): TruthEntry | Reply {
    const parsed = newOrderFromFix(delivery.message);
    if (!parsed.ok) return refuseField(delivery, parsed.error);
    const order = parsed.value;
    const known = this.#book.get(order.clientOrderId);
    if (known !== undefined) return this.#statusOf(known);
    const referencePrice = this.#referencePrice(order);
    const plan = planFills(
      { ...order, referencePrice, isImmediate: order.timeInForce === 'immediateOrCancel' },
      this.#scenario,
      this.#options.seed,
    );
    const reject = plan.kind === 'reject' ? plan.text : null;
    return acceptedEvent(order, { at: this.#clock.instant(), referencePrice, reject });
  }

  #referencePrice(order: NewOrder): Price | null {
    return this.#options.prices?.get(order.symbol) ?? order.referencePrice ?? order.limitPrice;
  }

  #decideCancel(delivery: Delivery): TruthEntry | Reply {
    const parsed = cancelRequestFromFix(delivery.message);
    if (!parsed.ok) return refuseField(delivery, parsed.error);
    const request = parsed.value;
    const order = this.#book.get(request.originalClientOrderId);
    if (order !== undefined && isOpen(order)) {
      return {
        ...this.#end('canceled', order.clientOrderId, null),
        requestId: request.clientOrderId,
      };
    }
    return {
      kind: 'cancelRejected',
      clientOrderId: request.originalClientOrderId,
      requestId: request.clientOrderId,
      orderStatus: order?.status ?? null,
      at: this.#clock.instant(),
    };
  }

  #decideStatus(delivery: Delivery): TruthEntry | Reply {
    const parsed = statusRequestFromFix(delivery.message);
    if (!parsed.ok) return refuseField(delivery, parsed.error);
    const request = parsed.value;
    const order = this.#book.get(request.clientOrderId);
    return order === undefined ? this.#unknownOrder(request) : this.#statusOf(order);
  }

  #statusOf(order: BrokerOrder): Reply {
    const report = reportOf(order, {
      kind: 'orderStatus',
      at: this.#clock.instant(),
      replyId: this.#replyId(),
    });
    return { message: executionReportToFix(report), reference: null };
  }

  /** The order never came here: the answer that lets a client resolve an order in doubt. */
  #unknownOrder(request: Pick<NewOrder, 'clientOrderId' | 'symbol' | 'side'>): Reply {
    const at = this.#clock.instant();
    const order: BrokerOrder = {
      ...request,
      brokerOrderId: 'NONE',
      orderQuantity: zero<'Quantity'>(),
      limitPrice: null,
      referencePrice: null,
      isImmediate: false,
      tradeDate: dateInZone(at, 'America/New_York'),
      acceptedAt: at,
      status: 'rejected', // FIX Order State Changes: the status of an order that is not known
      executions: [],
      eventCount: 0,
    };
    const cause = {
      kind: 'orderStatus',
      at,
      text: 'Unknown order',
      replyId: this.#replyId(),
    } as const;
    const reported = { ...reportOf(order, cause), rejectReason: REJECTED_UNKNOWN_ORDER };
    return { message: executionReportToFix(reported), reference: null };
  }

  #replyId(): string {
    this.#replyCount += 1;
    return `S-${String(Date.parse(this.#clock.instant()))}-${String(this.#replyCount)}`;
  }
}

function refuseField(delivery: Delivery, problem: FieldProblem): Reply {
  const where = problem.RefTagID === null ? '' : ` (tag ${String(problem.RefTagID)})`;
  return refuse(delivery, {
    reason: BusinessRejectReason.ConditionallyRequiredFieldMissing,
    text: `${problem.text}${where}`,
  });
}

function refuse(
  delivery: Delivery,
  cause: { readonly reason: number; readonly text: string },
): Reply {
  const { message, sequence } = delivery;
  return {
    message: businessRejectToFix({
      referenceSequence: sequence,
      referenceMsgType: message.MsgType,
      referenceId: valueOf(message, Tag.ClOrdID),
      ...cause,
    }),
    reference: null,
  };
}
