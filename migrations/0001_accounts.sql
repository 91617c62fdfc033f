-- One row per person: what hydration builds. The subject's key, not the address, is what everything
-- else refers to.
CREATE TABLE users (
  user_id uuid PRIMARY KEY,
  subject_key text NOT NULL UNIQUE,
  kind text NOT NULL,
  -- The normalised address; a second pepper by mistake would show here as a violation.
  email text UNIQUE,
  plan_id text NOT NULL,
  stripe_customer_id text UNIQUE,
  -- Of the lease that wrote last: an older one changes nothing.
  fence integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
-- One row per session: an index for cron, the funnel and the status of last resort. The truth is in
-- the subject's object.
CREATE TABLE onboarding_sessions (
  spec_id uuid PRIMARY KEY,
  subject_key text NOT NULL,
  run integer NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'hydrating', 'merged', 'failed')),
  opened_at timestamptz NOT NULL,
  settled_at timestamptz,
  -- When the cron last looked after it: whoever waits longest for that comes next.
  swept_at timestamptz,
  -- Size of the subject's database when this session settled.
  storage_bytes integer
);
--> statement-breakpoint
CREATE INDEX onboarding_sessions_subject ON onboarding_sessions (subject_key);
--> statement-breakpoint
-- Only what is still open is ever looked for, the longest neglected first.
CREATE INDEX onboarding_sessions_open ON onboarding_sessions (coalesce(swept_at, opened_at))
  WHERE settled_at IS NULL;
--> statement-breakpoint
CREATE TABLE dead_letters (
  id text PRIMARY KEY,
  queue text NOT NULL,
  body jsonb,
  reason text NOT NULL,
  received_at timestamptz NOT NULL
);
