-- By when the run is over, whatever happened.
-- The default is for a Worker that does not know the column yet, while this one is deployed.
ALTER TABLE onboarding_sessions
  ADD COLUMN deadline_at timestamptz NOT NULL DEFAULT now() + interval '1 day';
--> statement-breakpoint
UPDATE onboarding_sessions SET deadline_at = opened_at + interval '1 day';
--> statement-breakpoint
-- The ledger looks for runs that are late, and counts sessions by the hour of their opening.
CREATE INDEX onboarding_sessions_open ON onboarding_sessions (deadline_at)
  WHERE settled_at IS NULL;
--> statement-breakpoint
CREATE INDEX onboarding_sessions_opened ON onboarding_sessions (opened_at);
--> statement-breakpoint
-- When the ledger last asked the providers about this account. NULL: never.
ALTER TABLE users ADD COLUMN ledger_checked_at timestamptz;
--> statement-breakpoint
CREATE INDEX users_ledger ON users (ledger_checked_at NULLS FIRST);
--> statement-breakpoint
-- Of which things an account has none, or several. Resolved as soon as a later look finds one.
CREATE TABLE ledger_findings (
  -- The hydration step whose things were counted.
  kind text NOT NULL,
  subject_key text NOT NULL,
  expected integer NOT NULL,
  found integer NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  resolved_at timestamptz,
  PRIMARY KEY (subject_key, kind)
);
--> statement-breakpoint
CREATE INDEX ledger_findings_open ON ledger_findings (last_seen_at) WHERE resolved_at IS NULL;
--> statement-breakpoint
-- Sessions that were promised to somebody, counted where the promise is made. Later one row an hour.
CREATE TABLE acceptances (
  -- Minted with the row, so that a repetition after a lost reply counts once.
  flush_id uuid PRIMARY KEY,
  hour timestamptz NOT NULL,
  count integer NOT NULL CHECK (count > 0)
);
--> statement-breakpoint
CREATE INDEX acceptances_hour ON acceptances (hour);
--> statement-breakpoint
-- What the newest look came to: one row.
CREATE TABLE ledger_balance (
  id integer PRIMARY KEY CHECK (id = 1),
  checked_at timestamptz NOT NULL,
  balance jsonb NOT NULL
);
