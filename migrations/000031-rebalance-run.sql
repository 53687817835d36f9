-- A rebalance run from request to reconciled, its accounts and its orders under review.

CREATE TABLE rebalance_run (
  firm_id         text NOT NULL,
  run_id          text NOT NULL,
  state           text NOT NULL CHECK (state IN ('computing', 'proposed', 'submitted', 'approved',
                    'released', 'executing', 'executed', 'allocated', 'reconciled', 'failed')),
  rebalance_kind  text NOT NULL,
  selection       text NOT NULL CHECK (selection IN ('triggered', 'all', 'listed')),
  account_ids     text[],
  -- the request's reason, kept with the run for ever
  reason          text NOT NULL,
  as_of_date      date NOT NULL,
  started_by      text NOT NULL,
  started_at      timestamptz NOT NULL DEFAULT now(),
  schedule_id     text,
  computed_at     timestamptz,
  submitted_by    text,
  submitted_at    timestamptz,
  submission_note text,
  released_by     text,
  released_at     timestamptz,
  trade_date      date,
  snapshot_hash   text,
  engine_version  text,
  result_hash     text,
  report_hash     text,
  report_version  integer NOT NULL DEFAULT 0,
  phase           text NOT NULL DEFAULT 'queued',
  done_count      integer NOT NULL DEFAULT 0,
  total_count     integer NOT NULL DEFAULT 0,
  totals          jsonb,
  findings        jsonb NOT NULL DEFAULT '[]',
  failure         jsonb,
  -- fence: counts claims by workers; the final write of a late worker fails on it
  claim_count     integer NOT NULL DEFAULT 0,
  PRIMARY KEY (firm_id, run_id),
  -- what an approval's foreign key points at: the proposer in it is the proposer in fact
  UNIQUE (firm_id, run_id, submitted_by),
  CHECK ((submitted_by IS NULL) = (submitted_at IS NULL)),
  CHECK (state IN ('computing', 'proposed', 'failed') OR submitted_by IS NOT NULL)
);
CREATE INDEX rebalance_run_state ON rebalance_run (firm_id, state);
CREATE INDEX rebalance_run_started ON rebalance_run (firm_id, started_at DESC, run_id);

CREATE TABLE run_account (
  firm_id        text NOT NULL,
  run_id         text NOT NULL,
  account_id     text NOT NULL,
  household_id   text NOT NULL,
  status         text NOT NULL CHECK (status IN ('proposed', 'unchanged', 'refused')),
  -- AccountOutcome without its orders
  outcome        jsonb NOT NULL,
  drift_achieved jsonb,
  PRIMARY KEY (firm_id, run_id, account_id),
  FOREIGN KEY (firm_id, run_id) REFERENCES rebalance_run (firm_id, run_id)
);
CREATE INDEX run_account_history ON run_account (firm_id, account_id, run_id);

CREATE TABLE run_order (
  firm_id           text NOT NULL,
  order_id          text NOT NULL,
  run_id            text NOT NULL,
  account_id        text NOT NULL,
  symbol            text NOT NULL,
  side              text NOT NULL CHECK (side IN ('buy', 'sell')),
  state             text NOT NULL CHECK (state IN ('proposed', 'held', 'submitted', 'approved',
                      'declined', 'released', 'executed', 'allocated')),
  version           integer NOT NULL DEFAULT 1 CHECK (version > 0),
  quantity          numeric NOT NULL CHECK (quantity > 0),
  quantity_proposed numeric NOT NULL CHECK (quantity_proposed > 0),
  estimated_amount  numeric NOT NULL,
  -- ProposedOrder, decimals as text
  proposed_order    jsonb NOT NULL,
  facts_hash        text NOT NULL,
  verdict           text NOT NULL CHECK (verdict IN ('pass', 'fail', 'couldNotCheck')),
  can_override      boolean NOT NULL,
  failed_rule_ids   text[] NOT NULL,
  edited_by         text,
  held_by           text,
  held_at           timestamptz,
  hold_reason_code  text,
  hold_reason_text  text,
  block_id          text,
  PRIMARY KEY (firm_id, order_id),
  UNIQUE (firm_id, run_id, account_id, symbol, side),
  FOREIGN KEY (firm_id, run_id, account_id) REFERENCES run_account (firm_id, run_id, account_id),
  CHECK ((state = 'held') = (held_by IS NOT NULL))
);
CREATE INDEX run_order_state ON run_order (firm_id, run_id, state);
CREATE INDEX run_order_open ON run_order (firm_id, account_id)
  WHERE state NOT IN ('declined', 'allocated');

-- Maker and checker differ, in the data itself: the proposer is tied to the run by a foreign key and the
-- approver can be neither the proposer, nor who started the run, nor who last edited the order.
CREATE TABLE order_approval (
  firm_id       text NOT NULL,
  order_id      text NOT NULL,
  order_version integer NOT NULL,
  run_id        text NOT NULL,
  approver      text NOT NULL,
  proposer      text NOT NULL,
  editor        text,
  facts_hash    text NOT NULL,
  reason_text   text NOT NULL,
  approved_at   timestamptz NOT NULL DEFAULT now(),
  voided_at     timestamptz,
  void_reason   text,
  PRIMARY KEY (firm_id, order_id, order_version, approver),
  FOREIGN KEY (firm_id, order_id) REFERENCES run_order (firm_id, order_id),
  FOREIGN KEY (firm_id, run_id, proposer)
    REFERENCES rebalance_run (firm_id, run_id, submitted_by),
  CHECK (approver <> proposer),
  CHECK (editor IS NULL OR approver <> editor),
  CHECK ((voided_at IS NULL) = (void_reason IS NULL))
);
-- one approval in force per order
CREATE UNIQUE INDEX order_approval_current ON order_approval (firm_id, order_id)
  WHERE voided_at IS NULL;

CREATE TABLE order_override (
  firm_id       text NOT NULL,
  order_id      text NOT NULL,
  order_version integer NOT NULL,
  rule_id       text NOT NULL,
  run_id        text NOT NULL,
  overridden_by text NOT NULL,
  -- who started the run, and who edited the order: neither may wave it through
  maker         text NOT NULL,
  editor        text,
  reason_code   text NOT NULL,
  reason_text   text NOT NULL,
  facts_hash    text NOT NULL,
  overridden_at timestamptz NOT NULL DEFAULT now(),
  voided_at     timestamptz,
  void_reason   text,
  PRIMARY KEY (firm_id, order_id, order_version, rule_id),
  FOREIGN KEY (firm_id, order_id) REFERENCES run_order (firm_id, order_id),
  CHECK (overridden_by <> maker),
  CHECK (editor IS NULL OR overridden_by <> editor)
);

-- Evaluations of a run; an edit supersedes those it changed and leaves the others.
CREATE TABLE compliance_evaluation (
  firm_id          text NOT NULL,
  run_id           text NOT NULL,
  ordinal          integer NOT NULL,
  from_version     integer NOT NULL,
  to_version       integer,
  rule_id          text NOT NULL,
  title            text NOT NULL,
  severity         text NOT NULL,
  verdict          text NOT NULL,
  subject_kind     text NOT NULL,
  subject_id       text NOT NULL,
  order_ids        text[] NOT NULL,
  content_hash     text NOT NULL,
  evaluation       jsonb NOT NULL,
  PRIMARY KEY (firm_id, run_id, ordinal),
  FOREIGN KEY (firm_id, run_id) REFERENCES rebalance_run (firm_id, run_id)
);
CREATE INDEX compliance_evaluation_current
  ON compliance_evaluation (firm_id, run_id, verdict, ordinal) WHERE to_version IS NULL;
