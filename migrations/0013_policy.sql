-- What models were asked, by the key of the question, and what they said. Nothing of a person.
CREATE TABLE policy_answers (
  key text PRIMARY KEY,
  question jsonb NOT NULL,
  model text NOT NULL,
  prompt_version text NOT NULL,
  state text NOT NULL CHECK (state IN ('asked', 'answered', 'failed')),
  asked_at timestamptz NOT NULL,
  -- Until then nobody else may ask it, unless it is answered.
  claimed_until timestamptz NOT NULL,
  -- A consumer is asking just now.
  held_until timestamptz,
  -- Validated.
  answer jsonb,
  answered_at timestamptz,
  expires_at timestamptz,
  -- Why there was no answer, the last time that there was none.
  fault text,
  CHECK ((state = 'answered') = (answer IS NOT NULL)),
  CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (expires_at IS NULL))
);
--> statement-breakpoint
-- Who is told when the answer comes; not for longer.
CREATE TABLE policy_waiters (
  key text NOT NULL,
  person uuid NOT NULL,
  subject_key text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (key, person)
);
--> statement-breakpoint
-- For erasures.
CREATE INDEX policy_waiters_subject ON policy_waiters (subject_key);
--> statement-breakpoint
CREATE INDEX policy_waiters_since ON policy_waiters (since);
--> statement-breakpoint
-- How often an answer was there already. An hour has several rows, so that its writers do not queue.
CREATE TABLE policy_counts (
  hour timestamptz NOT NULL,
  shard integer NOT NULL,
  hits integer NOT NULL,
  misses integer NOT NULL,
  calls integer NOT NULL,
  PRIMARY KEY (hour, shard)
);
--> statement-breakpoint
CREATE INDEX dead_letters_question ON dead_letters ((body ->> 'key'))
  WHERE queue = 'foyer-policy-dead' AND settled_at IS NULL;
