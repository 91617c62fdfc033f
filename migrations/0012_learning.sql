-- A click and a decision that gave way are known at once; everything else is a failure when 24 hours
-- have passed.
ALTER TABLE recommendations
  ADD COLUMN outcome text GENERATED ALWAYS AS (
    CASE
      -- Certain, or seen for a moment only: nothing to be learned from it.
      WHEN tone_propensity = 1 THEN 'void'
      WHEN superseded_at IS NOT NULL AND (clicked_at IS NULL OR clicked_at >= superseded_at)
        THEN 'void'
      WHEN clicked_at - exposed_at <= interval '24 hours' THEN 'success'
    END
  ) STORED,
  -- As what, and under which day, it is in `bandit_arms`: the two are written in one statement.
  ADD COLUMN counted_as text CHECK (counted_as IN ('success', 'failure')),
  ADD COLUMN counted_on date,
  ADD CHECK ((counted_as IS NULL) = (counted_on IS NULL));
--> statement-breakpoint
DROP INDEX recommendations_exposed;
--> statement-breakpoint
-- Whose 24 hours pass without an answer.
CREATE INDEX recommendations_open
  ON recommendations (catalogue_version, prompt_version, exposed_at)
  WHERE outcome IS NULL AND counted_as IS NULL AND exposed_at IS NOT NULL;
--> statement-breakpoint
-- Whose answer is not counted, or was counted as something else before it was known.
CREATE INDEX recommendations_answered ON recommendations (catalogue_version, prompt_version)
  WHERE (outcome = 'success' AND counted_as IS DISTINCT FROM 'success')
    OR (outcome = 'void' AND counted_as IS NOT NULL);
--> statement-breakpoint
-- What the bandit reads: an aggregate of the log, which can be made anew from it.
CREATE TABLE bandit_arms (
  -- Of prompt and catalogue.
  version text NOT NULL,
  segment text NOT NULL,
  tone text NOT NULL CHECK (tone IN ('aggressive', 'moderate', 'passive')),
  -- Of the exposure, UTC.
  day date NOT NULL,
  successes integer NOT NULL,
  failures integer NOT NULL,
  PRIMARY KEY (version, segment, tone, day)
);
--> statement-breakpoint
-- What was seen of an experiment until now: an alarm about its groups stays.
CREATE TABLE experiment_looks (
  experiment text PRIMARY KEY,
  p_value double precision NOT NULL,
  tripped_at timestamptz,
  looked_at timestamptz NOT NULL,
  -- When nobody's outcome was open any more. Nobody counts again: who is erased would be missing.
  final_groups jsonb
);
--> statement-breakpoint
ALTER TABLE operator_actions
  ALTER COLUMN fingerprint DROP NOT NULL,
  DROP CONSTRAINT operator_actions_action_check,
  ADD CONSTRAINT operator_actions_action_check CHECK (
    action IN ('replay', 'stop', 'dismiss', 'decide_again', 'rebuild_bandit')
  );
