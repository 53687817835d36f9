-- The audit log. Entries are written in the business transaction; their place in the log is given
-- afterwards by one sequencer, so that no chain head is locked in the business path.

CREATE TABLE audit_entry (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Identity order is not commit order: the sequencer orders by the transaction that is known to be over.
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  recorded_at    timestamptz NOT NULL,
  actor          text NOT NULL CHECK (actor <> ''),
  action         text NOT NULL CHECK (action <> ''),
  subject_kind   text NOT NULL,
  subject_id     text NOT NULL,
  correlation_id text,
  causation_id   text,
  reason_code    text,
  reason_text    text,
  -- Canonical text, not jsonb: the bytes that were committed to are the bytes that are kept.
  payload        text NOT NULL,
  salt           text NOT NULL,
  leaf           text NOT NULL,
  leaf_hash      text NOT NULL CHECK (leaf_hash ~ '^[0-9a-f]{64}$')
);

CREATE INDEX audit_entry_to_sequence ON audit_entry (transaction_id, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject_kind, subject_id, id);
CREATE INDEX audit_entry_correlation ON audit_entry (correlation_id, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor, id);
CREATE INDEX audit_entry_action ON audit_entry (action, id);

-- The place of each entry in the log: gap-free from 1.
CREATE TABLE audit_sequence (
  seq       bigint PRIMARY KEY CHECK (seq > 0),
  entry_id  bigint NOT NULL UNIQUE REFERENCES audit_entry (id),
  leaf_hash text NOT NULL
);

-- Signed statements of the tree at a size (C2SP tlog-checkpoint).
CREATE TABLE audit_checkpoint (
  tree_size bigint PRIMARY KEY CHECK (tree_size > 0),
  root_hash text NOT NULL,
  note      text NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT now()
);

-- One row: its lock admits one sequencer at a time, and it holds where the last one stopped.
CREATE TABLE audit_sequencer (
  only_row            boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  tree_size           bigint NOT NULL,
  -- Roots of the complete subtrees, largest first, as hexadecimal text.
  peaks               text[] NOT NULL,
  last_transaction_id xid8 NOT NULL,
  last_entry_id       bigint NOT NULL
);
INSERT INTO audit_sequencer (tree_size, peaks, last_transaction_id, last_entry_id)
VALUES (0, '{}', '0', 0);

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_sequence_append_only BEFORE UPDATE OR DELETE ON audit_sequence
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_sequence_no_truncate BEFORE TRUNCATE ON audit_sequence
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
