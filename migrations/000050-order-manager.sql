-- Blocks of approved orders, what brokers were asked to do with them, and what brokers executed.

-- One row per firm: its lock serializes staging, so that checks and inserts are one step.
CREATE TABLE oms_firm (
  firm_id                text NOT NULL PRIMARY KEY,
  is_kill_switch_engaged boolean NOT NULL DEFAULT false,
  engaged_by             text,
  engaged_reason         text,
  engaged_at             timestamptz,
  -- the first of the two people who release it
  release_requested_by   text,
  CHECK (is_kill_switch_engaged = (engaged_by IS NOT NULL)),
  CHECK (release_requested_by IS NULL OR is_kill_switch_engaged)
);

CREATE TABLE block (
  firm_id        text NOT NULL,
  block_id       text NOT NULL,
  run_id         text NOT NULL,
  symbol         text NOT NULL,
  side           text NOT NULL CHECK (side IN ('buy', 'sell')),
  order_quantity numeric NOT NULL CHECK (order_quantity > 0),
  order_type     text NOT NULL CHECK (order_type IN ('market', 'limit')),
  limit_price    numeric CHECK (limit_price > 0),
  time_in_force  text NOT NULL CHECK (time_in_force IN ('day', 'immediateOrCancel')),
  trade_date     date NOT NULL,
  -- estimated price of the proposal: slippage is measured against it; null where there is none
  reference_price numeric CHECK (reference_price > 0),
  state          text NOT NULL DEFAULT 'staged' CHECK (state IN ('staged', 'released')),
  -- what was staged: a repeated command must say the same
  content_hash   text NOT NULL,
  staged_by      text NOT NULL,
  staged_at      timestamptz NOT NULL DEFAULT now(),
  released_by    text,
  released_at    timestamptz,
  PRIMARY KEY (firm_id, block_id),
  CHECK ((order_type = 'limit') = (limit_price IS NOT NULL)),
  CHECK ((state = 'released') = (released_by IS NOT NULL))
);
CREATE INDEX block_run ON block (firm_id, run_id);
CREATE INDEX block_date ON block (firm_id, trade_date);

-- Who gets what, written down before the block is sent, with the hash of the approval it rests on.
CREATE TABLE block_statement_line (
  firm_id    text NOT NULL,
  block_id   text NOT NULL,
  order_id   text NOT NULL,
  account_id text NOT NULL,
  quantity   numeric NOT NULL CHECK (quantity > 0),
  facts_hash text NOT NULL,
  approved_by text NOT NULL,
  proposed_by text NOT NULL,
  PRIMARY KEY (firm_id, block_id, order_id),
  -- an approved order reaches the market once, whatever is retried
  UNIQUE (firm_id, order_id),
  FOREIGN KEY (firm_id, block_id) REFERENCES block (firm_id, block_id),
  CHECK (approved_by <> proposed_by)
);

CREATE TABLE placement (
  firm_id             text NOT NULL,
  placement_id        text NOT NULL,
  block_id            text NOT NULL,
  -- 1 for the first; another only when all before it are dead
  attempt             integer NOT NULL CHECK (attempt > 0),
  executing_broker    text NOT NULL,
  -- of the order in force: a cancel request has its own, in placement_version
  client_order_id     text NOT NULL,
  broker_order_id     text,
  symbol              text NOT NULL,
  side                text NOT NULL CHECK (side IN ('buy', 'sell')),
  order_quantity      numeric NOT NULL CHECK (order_quantity > 0),
  order_type          text NOT NULL CHECK (order_type IN ('market', 'limit')),
  limit_price         numeric CHECK (limit_price > 0),
  time_in_force       text NOT NULL CHECK (time_in_force IN ('day', 'immediateOrCancel')),
  trade_date          date NOT NULL,
  reference_price     numeric CHECK (reference_price > 0),
  status              text NOT NULL CHECK (status IN ('pendingSend', 'sent', 'pendingNew', 'new',
                        'partiallyFilled', 'filled', 'pendingCancel', 'pendingReplace', 'canceled',
                        'rejected', 'expired', 'doneForDay', 'suspended', 'unknown')),
  cumulative_quantity numeric NOT NULL DEFAULT 0 CHECK (cumulative_quantity >= 0),
  leaves_quantity     numeric NOT NULL CHECK (leaves_quantity >= 0),
  average_price       numeric CHECK (average_price >= 0),
  -- the broker executed more than was asked: booked, because it happened, and never by accident
  is_overfilled       boolean NOT NULL DEFAULT false,
  status_text         text,
  version             integer NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at          timestamptz NOT NULL DEFAULT now(),
  sent_at             timestamptz,
  updated_at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, placement_id),
  UNIQUE (firm_id, block_id, attempt),
  FOREIGN KEY (firm_id, block_id) REFERENCES block (firm_id, block_id),
  CHECK (is_overfilled = (cumulative_quantity > order_quantity)),
  CHECK (leaves_quantity <= order_quantity),
  CHECK ((average_price IS NULL) = (cumulative_quantity = 0)),
  CHECK (status NOT IN ('filled', 'canceled', 'rejected', 'expired', 'doneForDay')
         OR leaves_quantity = 0)
);
-- One placement on its way per block: the shares of a block are never asked for twice at the same time.
-- Only states of our own making are named: what a broker does must never fail on a constraint.
CREATE UNIQUE INDEX placement_outward ON placement (firm_id, block_id)
  WHERE status IN ('pendingSend', 'sent');
CREATE INDEX placement_status ON placement (firm_id, executing_broker, status);

-- The chain of ClOrdIDs of a placement: the order, then each request to cancel or replace it.
CREATE TABLE placement_version (
  firm_id                  text NOT NULL,
  placement_id             text NOT NULL,
  version                  integer NOT NULL CHECK (version > 0),
  kind                     text NOT NULL CHECK (kind IN ('new', 'cancel')),
  client_order_id          text NOT NULL CHECK (length(client_order_id) <= 20),
  original_client_order_id text,
  order_quantity           numeric NOT NULL CHECK (order_quantity > 0),
  state                    text NOT NULL DEFAULT 'pendingSend'
                             CHECK (state IN ('pendingSend', 'sent', 'accepted', 'rejected', 'withdrawn')),
  requested_by             text NOT NULL,
  created_at               timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, placement_id, version),
  UNIQUE (firm_id, client_order_id),
  FOREIGN KEY (firm_id, placement_id) REFERENCES placement (firm_id, placement_id),
  CHECK ((version = 1) = (kind = 'new')),
  CHECK ((kind = 'new') = (original_client_order_id IS NULL))
);
-- One open request to cancel at a time.
CREATE UNIQUE INDEX placement_version_open ON placement_version (firm_id, placement_id, kind)
  WHERE state IN ('pendingSend', 'sent');

-- What the gateway has yet to say. Written with the change that wants it said; the gateway turns a row
-- into bytes with a sequence number in one transaction, and only then writes to the socket.
CREATE TABLE order_outbox (
  firm_id          text NOT NULL,
  intent_id        bigint GENERATED ALWAYS AS IDENTITY,
  -- new:PLACEMENT:1, cancel:PLACEMENT:2, status:PLACEMENT:n
  intent_key       text NOT NULL,
  executing_broker text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('newOrder', 'cancel', 'statusRequest')),
  placement_id     text NOT NULL,
  version          integer NOT NULL,
  state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'withdrawn')),
  queued_at        timestamptz NOT NULL DEFAULT now(),
  settled_at       timestamptz,
  outgoing_sequence bigint,
  PRIMARY KEY (firm_id, intent_id),
  UNIQUE (firm_id, intent_key),
  FOREIGN KEY (firm_id, placement_id) REFERENCES placement (firm_id, placement_id),
  CHECK ((state = 'queued') = (settled_at IS NULL)),
  CHECK ((state = 'sent') = (outgoing_sequence IS NOT NULL))
);
CREATE INDEX order_outbox_queued ON order_outbox (firm_id, executing_broker, intent_id)
  WHERE state = 'queued';

CREATE TABLE execution (
  firm_id                text NOT NULL,
  execution_id           text NOT NULL,
  -- order of receipt within the placement: of corrections without an order of their own the last stands
  receipt                bigint GENERATED ALWAYS AS IDENTITY,
  placement_id           text NOT NULL,
  executing_broker       text NOT NULL,
  trade_date             date NOT NULL,
  broker_execution_id    text NOT NULL,
  execution_type         text NOT NULL
                           CHECK (execution_type IN ('trade', 'tradeCorrect', 'tradeCancel')),
  reference_execution_id text,
  last_quantity          numeric NOT NULL CHECK (last_quantity >= 0),
  last_price             numeric NOT NULL CHECK (last_price >= 0),
  transact_time          timestamptz NOT NULL,
  recorded_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, execution_id),
  -- booked once, however often a broker reports it
  UNIQUE (firm_id, executing_broker, trade_date, broker_execution_id),
  FOREIGN KEY (firm_id, placement_id) REFERENCES placement (firm_id, placement_id),
  CHECK (execution_type <> 'trade' OR last_quantity > 0),
  CHECK (execution_type <> 'trade' OR reference_execution_id IS NULL)
);
CREATE INDEX execution_placement ON execution (firm_id, placement_id, receipt);
CREATE INDEX execution_date ON execution (firm_id, trade_date);

-- What a broker's message gave reason to look at.
CREATE TABLE execution_flag (
  firm_id        text NOT NULL,
  flag_id        bigint GENERATED ALWAYS AS IDENTITY,
  -- null where the broker reported on an order that is not ours
  placement_id   text,
  executing_broker text NOT NULL,
  code           text NOT NULL,
  reference      text NOT NULL,
  expected_value text,
  received_value text,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, flag_id)
);
CREATE INDEX execution_flag_placement ON execution_flag (firm_id, placement_id);

-- What changed, for screens. Read in the order (tx, event_id) and only below the oldest running
-- transaction: ids are handed out before commit, so a reader that goes by them alone misses some.
CREATE TABLE oms_event (
  firm_id    text NOT NULL,
  event_id   bigint GENERATED ALWAYS AS IDENTITY,
  tx         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind       text NOT NULL CHECK (kind IN ('block.changed', 'placement.changed',
               'execution.recorded', 'gateway.changed', 'killSwitch.changed')),
  subject_id text NOT NULL,
  run_id     text,
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, event_id)
);
CREATE INDEX oms_event_order ON oms_event (firm_id, tx, event_id);

CREATE TRIGGER execution_append_only BEFORE UPDATE OR DELETE ON execution
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER block_statement_line_append_only BEFORE UPDATE OR DELETE ON block_statement_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
