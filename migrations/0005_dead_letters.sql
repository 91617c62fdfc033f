-- Whatever nobody could work off: messages, and from here on failed runs too, grouped by what went
-- wrong. A Worker from before these changes cannot keep a message meanwhile; its queue tries again.
ALTER TABLE dead_letters RENAME COLUMN reason TO detail;
--> statement-breakpoint
ALTER TABLE dead_letters RENAME COLUMN received_at TO failed_at;
--> statement-breakpoint
ALTER TABLE dead_letters
  ADD COLUMN source text NOT NULL DEFAULT 'message' CHECK (source IN ('run', 'message')),
  ADD COLUMN fingerprint text,
  -- Of an erased person: none.
  ADD COLUMN subject_key text,
  ADD COLUMN spec_id uuid,
  ADD COLUMN run integer,
  ADD COLUMN step text,
  ADD COLUMN kind text,
  ADD COLUMN state text NOT NULL DEFAULT 'open' CHECK (
    state IN ('open', 'replaying', 'resolved', 'failed_again', 'dismissed', 'gone')
  ),
  -- The replay that has it, or had it last, and the stage in which its turn came.
  ADD COLUMN replay_id uuid,
  ADD COLUMN stage integer,
  -- When somebody asks its subject how it stands, while it is being replayed.
  ADD COLUMN look_at timestamptz,
  -- When it was resolved, failed again, or was closed otherwise.
  ADD COLUMN settled_at timestamptz,
  ALTER COLUMN queue DROP NOT NULL;
--> statement-breakpoint
UPDATE dead_letters
SET subject_key = body ->> 'key',
  fingerprint = CASE detail
    WHEN 'the subject did not answer' THEN 'f3f6341c8b6d0832'
    ELSE 'faf01a0712435840'
  END;
--> statement-breakpoint
ALTER TABLE dead_letters
  ALTER COLUMN fingerprint SET NOT NULL,
  ALTER COLUMN source DROP DEFAULT,
  ADD CHECK ((source = 'run') = (spec_id IS NOT NULL AND run IS NOT NULL AND step IS NOT NULL)),
  ADD CHECK ((source = 'message') = (queue IS NOT NULL)),
  ADD CHECK ((settled_at IS NULL) = (state IN ('open', 'replaying')));
--> statement-breakpoint
CREATE UNIQUE INDEX dead_letters_run ON dead_letters (spec_id, run) WHERE spec_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX dead_letters_group ON dead_letters (fingerprint, failed_at, id);
--> statement-breakpoint
-- Everybody who changes several letters locks them in this order.
CREATE INDEX dead_letters_unsettled ON dead_letters (failed_at, id) WHERE settled_at IS NULL;
--> statement-breakpoint
CREATE INDEX dead_letters_subject ON dead_letters (subject_key) WHERE subject_key IS NOT NULL;
--> statement-breakpoint
CREATE INDEX dead_letters_replay ON dead_letters (replay_id) WHERE replay_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX dead_letters_look ON dead_letters (look_at) WHERE state = 'replaying';
--> statement-breakpoint
CREATE TABLE replays (
  id uuid PRIMARY KEY,
  fingerprint text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  stage integer NOT NULL,
  -- How many letters the group had when the replay was asked for.
  letters integer NOT NULL,
  -- Grows with every move: of two who want to make the next one, one does.
  version integer NOT NULL DEFAULT 0,
  requested_at timestamptz NOT NULL,
  -- When it is given up, unless another letter is begun before.
  give_up_at timestamptz NOT NULL,
  ended_at timestamptz,
  stopped_as text CHECK (
    stopped_as IN ('recurrence', 'other_failure', 'timed_out', 'by_operator')
  ),
  -- The letter that failed again.
  stopped_at_letter text,
  CHECK ((ended_at IS NULL) = (state = 'running')),
  CHECK ((stopped_as IS NULL) = (state <> 'stopped'))
);
--> statement-breakpoint
-- One replay of a group at a time.
CREATE UNIQUE INDEX replays_running ON replays (fingerprint) WHERE state = 'running';
--> statement-breakpoint
-- What operators did. Nothing here is ever changed, but for the outcome, which is written once.
CREATE TABLE operator_actions (
  id uuid PRIMARY KEY,
  action text NOT NULL CHECK (action IN ('replay', 'stop', 'dismiss')),
  operator text NOT NULL,
  reason text NOT NULL,
  fingerprint text NOT NULL,
  replay_id uuid,
  at timestamptz NOT NULL,
  outcome text,
  ended_at timestamptz
);
--> statement-breakpoint
CREATE INDEX operator_actions_newest ON operator_actions (at, id);
--> statement-breakpoint
CREATE INDEX operator_actions_replay ON operator_actions (replay_id) WHERE replay_id IS NOT NULL;
