-- What people do. An event is kept once, as it was first told.
CREATE TABLE behavior_events (
  -- A session, or an account.
  person uuid NOT NULL,
  -- The client's own name of it.
  event_id text NOT NULL,
  subject_key text NOT NULL,
  session_id text NOT NULL,
  type text NOT NULL CHECK (
    type IN ('page_view', 'button_click', 'form_submit', 'tooltip_dismiss')
  ),
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- A page of the catalogue, as its pattern.
  path text,
  target text,
  error text,
  -- How many keys of its payload were not kept.
  dropped integer NOT NULL,
  PRIMARY KEY (person, event_id)
);
--> statement-breakpoint
-- For erasures, here and below.
CREATE INDEX behavior_events_subject ON behavior_events (subject_key);
--> statement-breakpoint
-- What follows from the events of a person, as their object has folded them.
CREATE TABLE user_journeys (
  person uuid PRIMARY KEY,
  subject_key text NOT NULL,
  version integer NOT NULL,
  -- The account that took it over when its session proved the address.
  attached_to uuid,
  experiment text NOT NULL,
  experiment_group text NOT NULL CHECK (experiment_group IN ('holdout', 'baseline', 'policy')),
  started_at timestamptz NOT NULL,
  activated_at timestamptz,
  completed_actions text[] NOT NULL,
  last_error text,
  plan text NOT NULL
);
--> statement-breakpoint
CREATE INDEX user_journeys_subject ON user_journeys (subject_key);
--> statement-breakpoint
CREATE INDEX user_journeys_group ON user_journeys (experiment, experiment_group);
--> statement-breakpoint
-- Every decision, with its propensities and what became of it: the log that the bandit learns from.
CREATE TABLE recommendations (
  id uuid PRIMARY KEY,
  -- These two and the text are none of an erased person, whose decisions still count.
  person uuid,
  subject_key text,
  text text,
  version integer NOT NULL,
  decided_at timestamptz NOT NULL,
  experiment text NOT NULL,
  experiment_group text NOT NULL CHECK (experiment_group IN ('holdout', 'baseline', 'policy')),
  action text NOT NULL,
  component text NOT NULL CHECK (
    component IN ('tooltip', 'modal', 'sidebar_hint', 'email_trigger', 'none')
  ),
  confidence double precision NOT NULL,
  source text NOT NULL CHECK (source IN ('rules', 'model', 'cache')),
  tone text NOT NULL CHECK (tone IN ('aggressive', 'moderate', 'passive')),
  tone_propensity double precision NOT NULL CHECK (tone_propensity > 0 AND tone_propensity <= 1),
  action_propensity double precision NOT NULL CHECK (
    action_propensity > 0 AND action_propensity <= 1
  ),
  candidates text[] NOT NULL,
  segment text NOT NULL,
  prompt_version text NOT NULL,
  catalogue_version text NOT NULL,
  validation_hash text NOT NULL,
  exposed_at timestamptz,
  clicked_at timestamptz,
  dismissed_at timestamptz,
  converted_at timestamptz,
  CHECK ((person IS NULL) = (subject_key IS NULL) AND (text IS NULL) = (subject_key IS NULL))
);
--> statement-breakpoint
CREATE INDEX recommendations_subject ON recommendations (subject_key)
  WHERE subject_key IS NOT NULL;
--> statement-breakpoint
CREATE INDEX recommendations_decided ON recommendations (decided_at);
--> statement-breakpoint
-- Whose 24 hours have passed without a click has been answered, too.
CREATE INDEX recommendations_exposed ON recommendations (exposed_at)
  WHERE exposed_at IS NOT NULL;
--> statement-breakpoint
-- Every experiment, with each split that it was seen with: more than one, and its groups cannot be
-- expected to have the sizes of either.
CREATE TABLE experiments (
  id text NOT NULL,
  holdout_percent double precision NOT NULL,
  baseline_percent double precision NOT NULL,
  first_seen_at timestamptz NOT NULL,
  PRIMARY KEY (id, holdout_percent, baseline_percent)
);
