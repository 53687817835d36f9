-- The vault: what was true when (as_of_date), and since when we know it (recorded_at). Rows are versions
-- and never change; content is canonical text in which decimals stay decimals.

-- One row per firm: its lock orders imports against everything else that writes states.
CREATE TABLE vault_firm (
  firm_id text PRIMARY KEY CHECK (firm_id <> '')
);

CREATE TABLE vault_dataset (
  firm_id      text NOT NULL REFERENCES vault_firm (firm_id),
  dataset      text NOT NULL CHECK (dataset IN
    ('instruments', 'households', 'accounts', 'models', 'restrictions', 'settings')),
  version      integer NOT NULL CHECK (version > 0),
  as_of_date   date NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
  source       text NOT NULL,
  content      text NOT NULL,
  PRIMARY KEY (firm_id, dataset, version)
);

-- One row per account: its lock orders the versions of its state.
CREATE TABLE vault_account (
  firm_id     text NOT NULL REFERENCES vault_firm (firm_id),
  account_id  text NOT NULL,
  version_max integer NOT NULL DEFAULT 0,
  PRIMARY KEY (firm_id, account_id)
);

CREATE TABLE vault_account_state (
  firm_id      text NOT NULL,
  account_id   text NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  as_of_date   date NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
  source       text NOT NULL,
  content      text NOT NULL,
  PRIMARY KEY (firm_id, account_id, version),
  FOREIGN KEY (firm_id, account_id) REFERENCES vault_account (firm_id, account_id)
);
CREATE INDEX vault_account_state_as_of
  ON vault_account_state (firm_id, account_id, as_of_date, version);

CREATE TABLE vault_price_bar (
  firm_id        text NOT NULL REFERENCES vault_firm (firm_id),
  symbol         text NOT NULL,
  bar_date       date NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  close          numeric NOT NULL,
  volume         numeric,
  adjusted_close numeric,
  source         text NOT NULL,
  PRIMARY KEY (firm_id, symbol, bar_date, recorded_at)
);

-- Allocations whose effect is in a state version: each is applied once.
CREATE TABLE vault_allocation (
  firm_id       text NOT NULL REFERENCES vault_firm (firm_id),
  allocation_id text NOT NULL,
  order_id      text NOT NULL,
  account_id    text NOT NULL,
  quantity      numeric NOT NULL,
  version       integer NOT NULL,
  recorded_at   timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  PRIMARY KEY (firm_id, allocation_id),
  FOREIGN KEY (firm_id, account_id, version)
    REFERENCES vault_account_state (firm_id, account_id, version)
);
CREATE INDEX vault_allocation_order ON vault_allocation (firm_id, order_id);

CREATE TRIGGER vault_dataset_append_only BEFORE UPDATE OR DELETE ON vault_dataset
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_account_state_append_only BEFORE UPDATE OR DELETE ON vault_account_state
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_price_bar_append_only BEFORE UPDATE OR DELETE ON vault_price_bar
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_allocation_append_only BEFORE UPDATE OR DELETE ON vault_allocation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
