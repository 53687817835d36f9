-- What was released, what came back to each account, and what the outside says about it.

CREATE TABLE run_block (
  firm_id      text NOT NULL,
  run_id       text NOT NULL,
  block_id     text NOT NULL,
  symbol       text NOT NULL,
  side         text NOT NULL,
  state        text NOT NULL DEFAULT 'staged'
                 CHECK (state IN ('staged', 'working', 'done', 'allocated')),
  arrival_price numeric,
  trade_date   date NOT NULL,
  allocated_at timestamptz,
  PRIMARY KEY (firm_id, run_id, block_id),
  UNIQUE (firm_id, block_id),
  FOREIGN KEY (firm_id, run_id) REFERENCES rebalance_run (firm_id, run_id)
);
CREATE INDEX run_block_open ON run_block (firm_id, state) WHERE state <> 'allocated';

CREATE TABLE block_allocation (
  firm_id       text NOT NULL,
  allocation_id text NOT NULL,
  run_id        text NOT NULL,
  block_id      text NOT NULL,
  order_id      text NOT NULL,
  account_id    text NOT NULL,
  symbol        text NOT NULL,
  side          text NOT NULL,
  ordered_quantity numeric NOT NULL,
  quantity      numeric NOT NULL CHECK (quantity > 0),
  average_price numeric NOT NULL CHECK (average_price > 0),
  gross_amount  numeric NOT NULL,
  commission    numeric NOT NULL,
  net_amount    numeric NOT NULL,
  trade_date    date NOT NULL,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, allocation_id),
  -- one allocation per order: a repeated settlement cannot book it twice
  UNIQUE (firm_id, order_id),
  FOREIGN KEY (firm_id, run_id, block_id) REFERENCES run_block (firm_id, run_id, block_id),
  FOREIGN KEY (firm_id, order_id) REFERENCES run_order (firm_id, order_id),
  CHECK (quantity <= ordered_quantity)
);
CREATE INDEX block_allocation_run ON block_allocation (firm_id, run_id, account_id, symbol);
CREATE INDEX block_allocation_date ON block_allocation (firm_id, trade_date);

CREATE TABLE reconciliation (
  firm_id           text NOT NULL,
  reconciliation_id text NOT NULL,
  trade_date        date NOT NULL,
  state             text NOT NULL
                      CHECK (state IN ('awaitingStatements', 'matched', 'breaks', 'failed')),
  requested_by      text NOT NULL,
  requested_at      timestamptz NOT NULL DEFAULT now(),
  completed_at      timestamptz,
  matched           jsonb NOT NULL DEFAULT '{"executions":0,"positions":0,"cash":0}',
  files             jsonb NOT NULL DEFAULT '[]',
  findings          jsonb NOT NULL DEFAULT '[]',
  run_ids           text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (firm_id, reconciliation_id)
);
CREATE INDEX reconciliation_date ON reconciliation (firm_id, trade_date DESC, requested_at DESC);

CREATE TABLE reconciliation_break (
  firm_id           text NOT NULL,
  reconciliation_id text NOT NULL,
  break_id          text NOT NULL,
  kind              text NOT NULL,
  account_id        text,
  symbol            text,
  reference         text,
  left_value        text,
  right_value       text,
  difference        text,
  PRIMARY KEY (firm_id, reconciliation_id, break_id),
  FOREIGN KEY (firm_id, reconciliation_id)
    REFERENCES reconciliation (firm_id, reconciliation_id)
);
