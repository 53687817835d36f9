-- Calendar triggers, what they fired, and the events that screens follow.

CREATE TABLE rebalance_schedule (
  firm_id        text NOT NULL,
  schedule_id    text NOT NULL,
  name           text NOT NULL,
  rrule          text NOT NULL,
  time_zone      text NOT NULL,
  rebalance_kind text NOT NULL,
  selection      text NOT NULL CHECK (selection IN ('triggered', 'all')),
  starts_run     boolean NOT NULL,
  is_enabled     boolean NOT NULL DEFAULT true,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  -- instants up to this one have been looked at
  checked_until  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, schedule_id),
  UNIQUE (firm_id, name)
);

-- One row per due instant: several servers never fire one twice, and a gap shows.
CREATE TABLE schedule_fire (
  firm_id     text NOT NULL,
  schedule_id text NOT NULL,
  due_at      timestamptz NOT NULL,
  fired_at    timestamptz NOT NULL DEFAULT now(),
  run_id      text,
  trigger_count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (firm_id, schedule_id, due_at),
  FOREIGN KEY (firm_id, schedule_id) REFERENCES rebalance_schedule (firm_id, schedule_id)
);

CREATE TABLE fired_trigger (
  firm_id     text NOT NULL,
  trigger_id  text NOT NULL,
  schedule_id text,
  account_id  text NOT NULL,
  kind        text NOT NULL,
  as_of_date  date NOT NULL,
  fired_at    timestamptz NOT NULL DEFAULT now(),
  facts       jsonb NOT NULL,
  run_id      text,
  PRIMARY KEY (firm_id, trigger_id)
);
CREATE INDEX fired_trigger_time ON fired_trigger (firm_id, fired_at DESC, trigger_id);

-- Read in the order (tx, event_id) and only below the oldest running transaction: ids alone are handed
-- out before commit, so a reader that goes by them misses the slow transaction's events.
CREATE TABLE live_event (
  firm_id    text NOT NULL,
  event_id   bigint GENERATED ALWAYS AS IDENTITY,
  tx         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind       text NOT NULL,
  run_id     text,
  subject_id text,
  progress   jsonb,
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, event_id)
);
CREATE INDEX live_event_order ON live_event (firm_id, tx, event_id);
