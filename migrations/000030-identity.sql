-- People, their sessions, and the answers kept for repeated requests.

CREATE TABLE app_user (
  firm_id       text NOT NULL,
  user_id       text NOT NULL,
  username      text NOT NULL,
  display_name  text NOT NULL,
  -- argon2id, with its parameters and salt inside
  password_hash text NOT NULL,
  roles         text[] NOT NULL,
  is_active     boolean NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (firm_id, user_id),
  UNIQUE (firm_id, username),
  CHECK (username = lower(username)),
  CHECK (cardinality(roles) > 0),
  CHECK (roles <@ ARRAY['trader', 'compliance', 'portfolioManager', 'operations']),
  -- nobody is on both sides of an approval
  CHECK (NOT ('compliance' = ANY (roles) AND roles && ARRAY['trader', 'portfolioManager']))
);

CREATE TABLE user_session (
  firm_id      text NOT NULL,
  -- SHA-256 of the cookie's value: who reads the database cannot sign in with what is here
  token_hash   text NOT NULL,
  user_id      text NOT NULL,
  csrf_token   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (firm_id, token_hash),
  FOREIGN KEY (firm_id, user_id) REFERENCES app_user (firm_id, user_id)
);
CREATE INDEX user_session_expiry ON user_session (firm_id, expires_at);

-- Token buckets against guessing, per name and per address: they survive a restart.
CREATE TABLE login_bucket (
  firm_id      text NOT NULL,
  bucket       text NOT NULL,
  failures     integer NOT NULL,
  window_start timestamptz NOT NULL,
  PRIMARY KEY (firm_id, bucket)
);

CREATE TABLE idempotency_key (
  firm_id      text NOT NULL,
  user_id      text NOT NULL,
  key          text NOT NULL,
  -- method, path and canonical body
  request_hash text NOT NULL,
  -- counts claims, so that a late first attempt cannot overwrite the answer of its successor
  attempt      integer NOT NULL DEFAULT 1,
  status       integer,
  headers      jsonb,
  body         text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  claimed_until timestamptz NOT NULL,
  PRIMARY KEY (firm_id, user_id, key),
  CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_key_age ON idempotency_key (firm_id, created_at);
