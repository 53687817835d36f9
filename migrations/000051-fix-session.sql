-- A FIX session's numbers, its exact bytes both ways, and who owns it.

CREATE TABLE fix_session (
  firm_id        text NOT NULL,
  -- the executing broker's name
  session_id     text NOT NULL,
  sender_comp_id text NOT NULL,
  target_comp_id text NOT NULL,
  -- rises with every change of owner; every write tests it, so that a late owner fails
  epoch          bigint NOT NULL DEFAULT 0,
  owner          text,
  lease_until    timestamptz NOT NULL DEFAULT '-infinity',
  next_outgoing  bigint NOT NULL DEFAULT 1 CHECK (next_outgoing > 0),
  next_incoming  bigint NOT NULL DEFAULT 1 CHECK (next_incoming > 0),
  -- both directions began again at 1 this many times
  reset_count    integer NOT NULL DEFAULT 0,
  is_logged_on   boolean NOT NULL DEFAULT false,
  changed_at     timestamptz NOT NULL DEFAULT now(),
  status_text    text,
  PRIMARY KEY (firm_id, session_id)
);

-- Append-only: recovery derives the outgoing number from these rows and compares it with the counter.
CREATE TABLE fix_message (
  firm_id        text NOT NULL,
  session_id     text NOT NULL,
  direction      text NOT NULL CHECK (direction IN ('in', 'out')),
  reset_count    integer NOT NULL,
  sequence       bigint NOT NULL CHECK (sequence > 0),
  is_application boolean NOT NULL,
  -- what of ours an outgoing message says: intent:ID
  reference      text,
  bytes          bytea NOT NULL,
  epoch          bigint NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  -- a number is used once; an incoming application message is applied once
  PRIMARY KEY (firm_id, session_id, direction, reset_count, sequence),
  FOREIGN KEY (firm_id, session_id) REFERENCES fix_session (firm_id, session_id)
);
CREATE TRIGGER fix_message_append_only BEFORE UPDATE OR DELETE ON fix_message
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
