-- What the figures are made of: when things happened to a session and its present run, as its object
-- tells. The default of `origin` is for a Worker that does not know the column yet.
ALTER TABLE onboarding_sessions
  ADD COLUMN origin text NOT NULL DEFAULT 'sign_up'
    CHECK (origin IN ('sign_up', 'link', 'signed_in')),
  ADD COLUMN run_opened_at timestamptz,
  ADD COLUMN leased_at timestamptz,
  -- For a provider's budget, by the present run, in milliseconds.
  ADD COLUMN waited_ms integer NOT NULL DEFAULT 0,
  ADD COLUMN hydrating_at timestamptz,
  ADD COLUMN merged_at timestamptz,
  ADD COLUMN reclaims integer NOT NULL DEFAULT 0,
  -- Where an unfinished session was left.
  ADD COLUMN dropped_at text,
  -- When its person first was activated; of a person one session says so.
  ADD COLUMN activated_at timestamptz;
--> statement-breakpoint
UPDATE onboarding_sessions SET
  origin = CASE WHEN proven_at <= opened_at THEN 'link' ELSE 'sign_up' END,
  hydrating_at = CASE WHEN status <> 'pending' THEN opened_at END,
  merged_at = CASE WHEN status = 'merged' THEN coalesce(settled_at, opened_at) END;
--> statement-breakpoint
-- From here on the size of an object is told with one of its sessions.
UPDATE onboarding_sessions SET storage_bytes = NULL
WHERE spec_id NOT IN (
  SELECT DISTINCT ON (subject_key) spec_id FROM onboarding_sessions
  WHERE storage_bytes IS NOT NULL AND subject_key IS NOT NULL
  ORDER BY subject_key, opened_at, spec_id
);
--> statement-breakpoint
-- Who should be in the archive: but for the last day's nobody, unless it fails.
CREATE INDEX onboarding_sessions_unarchived ON onboarding_sessions (opened_at)
  WHERE archived_at IS NULL AND proven_at IS NULL AND erased_at IS NULL AND due_at IS NOT NULL
    AND origin <> 'signed_in';
--> statement-breakpoint
-- When the newest event came that a decision answers; of one that somebody asked for: none.
ALTER TABLE recommendations ADD COLUMN prompted_at timestamptz;
--> statement-breakpoint
-- Counts, appended by triggers in the transaction that changes what is counted, and added up by whoever
-- reads. Nobody updates a row, so nobody waits for one; the cron folds many into one.
CREATE TABLE metric_counts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  labels text[] NOT NULL DEFAULT '{}',
  -- Of a histogram: the upper bound of the bucket.
  le double precision,
  -- The five minutes, later the hour, in which it happened; of what is older than any series: 1970.
  slot timestamptz NOT NULL,
  count bigint NOT NULL,
  sum double precision NOT NULL DEFAULT 0
);
--> statement-breakpoint
CREATE TYPE metric_count AS (
  name text, labels text[], le double precision, slot timestamptz, count bigint, sum double precision
);
--> statement-breakpoint
CREATE FUNCTION metric_slot(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT date_bin('5 minutes', at, '1970-01-01 00:00:00+00') $$;
--> statement-breakpoint
-- The bounds of all histograms, in seconds; src/core/metrics/histogram.ts has the same.
CREATE FUNCTION metric_bucket(value double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS
$$
  SELECT coalesce(min(bound), 'Infinity') FROM unnest(ARRAY[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600,
    86400, 604800
  ]::double precision[]) AS bound WHERE bound >= value
$$;
--> statement-breakpoint
-- One value of a histogram.
CREATE FUNCTION metric_observed(name text, labels text[], seconds double precision)
RETURNS metric_count LANGUAGE sql STABLE AS
$$
  SELECT ROW(name, labels, metric_bucket(greatest(0, seconds)), metric_slot(now()), 1,
    greatest(0, seconds))::metric_count
$$;
--> statement-breakpoint
CREATE FUNCTION metric_counted(name text, labels text[], by bigint)
RETURNS metric_count LANGUAGE sql STABLE AS
$$ SELECT ROW(name, labels, NULL, metric_slot(now()), by, 0)::metric_count $$;
--> statement-breakpoint
CREATE FUNCTION seconds_between(a timestamptz, b timestamptz) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT extract(epoch FROM b - a)::double precision $$;
--> statement-breakpoint
-- Whether the present run of a session is over, by itself and not by an erasure.
CREATE FUNCTION is_settled(s onboarding_sessions) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$
  SELECT s.settled_at IS NOT NULL
    AND (s.erased_at IS NULL OR s.status = 'merged' OR s.failure_step IS NOT NULL)
$$;
--> statement-breakpoint
-- What a change of one row counts as. `o` is the row before; of a new row all of it is NULL.
CREATE FUNCTION session_counts(o onboarding_sessions, n onboarding_sessions)
RETURNS SETOF metric_count LANGUAGE sql STABLE AS
$$
  -- The funnel: by the time of the opening, so that those who came together stay together.
  SELECT 'funnel_sessions_total', ARRAY[step], NULL::double precision, metric_slot(n.opened_at), 1::bigint,
    0::double precision
  FROM (VALUES
    ('accepted', o.spec_id IS NULL),
    ('hydrating', n.hydrating_at IS NOT NULL AND o.hydrating_at IS NULL),
    ('merged', n.merged_at IS NOT NULL AND o.merged_at IS NULL),
    ('proven', n.proven_at IS NOT NULL AND o.proven_at IS NULL),
    ('activated', n.proven_at IS NOT NULL AND n.activated_at IS NOT NULL
      AND (o.proven_at IS NULL OR o.activated_at IS NULL))
  ) AS steps (step, reached)
  WHERE reached AND n.origin = 'sign_up'
  UNION ALL
  SELECT c.* FROM metric_observed('time_to_activation_seconds', '{}',
    seconds_between(n.opened_at, n.activated_at)) AS c
  WHERE n.proven_at IS NOT NULL AND n.activated_at IS NOT NULL
    AND (o.proven_at IS NULL OR o.activated_at IS NULL)
  UNION ALL
  SELECT c.* FROM metric_counted('activations_total', '{}', 1) AS c
  WHERE n.activated_at IS NOT NULL AND o.activated_at IS NULL
  UNION ALL
  SELECT c.*
  FROM (VALUES
    ('expired', n.archived_at IS NOT NULL AND o.archived_at IS NULL AND n.proven_at IS NULL),
    ('proven', n.proven_at IS NOT NULL AND o.proven_at IS NULL AND o.archived_at IS NULL)
  ) AS endings (ending, is_so)
  CROSS JOIN LATERAL metric_counted('speculative_sessions_ended_total', ARRAY[ending], 1) AS c
  WHERE is_so AND n.origin = 'sign_up'
  UNION ALL
  SELECT c.* FROM metric_counted('unfinished_sessions_total', ARRAY[coalesce(n.dropped_at, 'unknown')], 1) AS c
  WHERE n.archived_at IS NOT NULL AND o.archived_at IS NULL
  UNION ALL
  -- These two go up and down.
  SELECT 'onboarding_sessions', ARRAY[status], NULL, to_timestamp(0), by, 0
  FROM (VALUES (n.status, 1::bigint), (o.status, -1)) AS moves (status, by)
  WHERE status IS NOT NULL AND n.status IS DISTINCT FROM o.status
  UNION ALL
  SELECT 'storage_in_use_bytes', ARRAY['objects'], NULL, to_timestamp(0), 0,
    coalesce(n.storage_bytes, 0) - coalesce(o.storage_bytes, 0)
  WHERE n.storage_bytes IS DISTINCT FROM o.storage_bytes
  UNION ALL
  SELECT c.* FROM metric_observed('consumer_lag_seconds', ARRAY['hydration'],
    seconds_between(n.run_opened_at, n.leased_at)) AS c
  WHERE n.leased_at IS NOT NULL AND n.run_opened_at IS NOT NULL
    AND (o.leased_at IS NULL OR o.run <> n.run)
  UNION ALL
  SELECT c.* FROM metric_counted('reclaimed_total', '{}', n.reclaims - coalesce(o.reclaims, 0)) AS c
  WHERE n.reclaims > coalesce(o.reclaims, 0)
  UNION ALL
  SELECT ended.*
  FROM (
    SELECT seconds_between(coalesce(n.run_opened_at, n.opened_at), n.settled_at) AS took,
      n.waited_ms / 1000.0::double precision AS waited
  ) AS run
  CROSS JOIN LATERAL (
    SELECT c.* FROM metric_counted('hydrations_total', ARRAY[n.status], 1) AS c
    UNION ALL
    SELECT 'latency_ms', '{}', NULL, metric_slot(now()), 1, greatest(0, took * 1000)
    UNION ALL
    SELECT c.* FROM metric_observed('hydration_latency', ARRAY[n.status], took - waited) AS c
    WHERE n.run_opened_at IS NOT NULL
    UNION ALL
    SELECT c.* FROM metric_observed('hydration_budget_wait_seconds', '{}', waited) AS c
    WHERE n.run_opened_at IS NOT NULL
    UNION ALL
    SELECT c.* FROM metric_counted('fail_total',
      ARRAY[coalesce(n.failure_step, ''), coalesce(n.failure_kind, '')], 1) AS c
    WHERE n.status = 'failed'
  ) AS ended
  WHERE is_settled(n) AND NOT (coalesce(is_settled(o), false) AND o.run = n.run)
$$;
--> statement-breakpoint
-- One row for each thing that a statement counted, however many sessions it wrote.
CREATE FUNCTION count_new_sessions() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO metric_counts (name, labels, le, slot, count, sum)
  SELECT name, labels, le, slot, sum(c.count), sum(c.sum)
  FROM new_rows n CROSS JOIN LATERAL session_counts(NULL, n) AS c
  GROUP BY name, labels, le, slot;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION count_changed_sessions() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO metric_counts (name, labels, le, slot, count, sum)
  SELECT name, labels, le, slot, sum(c.count), sum(c.sum)
  FROM old_rows o JOIN new_rows n USING (spec_id) CROSS JOIN LATERAL session_counts(o, n) AS c
  GROUP BY name, labels, le, slot;
  -- A person has one invitation, which all their sessions tell of; later ones are nobody asked back.
  INSERT INTO metric_counts (name, slot, count)
  SELECT name, metric_slot(now()), count(*)
  FROM (
    SELECT
      bool_or(n.invited_at IS NOT NULL) AND NOT bool_or(o.invited_at IS NOT NULL) AS is_invited,
      bool_or(n.proven_at >= n.invited_at AND o.proven_at IS NULL)
        AND NOT coalesce(bool_or(o.proven_at >= o.invited_at), false) AS is_recovered
    FROM old_rows o JOIN new_rows n USING (spec_id)
    WHERE n.subject_key IS NOT NULL AND n.opened_at <= n.invited_at
    GROUP BY n.subject_key
  ) AS people
  CROSS JOIN LATERAL (
    VALUES ('invitations_sent_total', is_invited), ('invitations_recovered_total', is_recovered)
  ) AS counted (name, is_so)
  WHERE is_so
  GROUP BY name;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER count_new_sessions AFTER INSERT ON onboarding_sessions
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_sessions();
--> statement-breakpoint
CREATE TRIGGER count_changed_sessions AFTER UPDATE ON onboarding_sessions
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_sessions();
--> statement-breakpoint
CREATE FUNCTION count_new_letters() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO metric_counts (name, labels, slot, count)
  SELECT 'dlq_total', ARRAY[coalesce(queue, 'runs')], metric_slot(now()), count(*)
  FROM new_rows GROUP BY queue;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER count_new_letters AFTER INSERT ON dead_letters
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_letters();
--> statement-breakpoint
CREATE FUNCTION count_new_recommendations() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO metric_counts (name, labels, le, slot, count, sum)
  SELECT name, labels, le, slot, sum(c.count), sum(c.sum)
  FROM new_rows n CROSS JOIN LATERAL (
    SELECT c.* FROM metric_counted('recommendations_total', ARRAY[n.source], 1) AS c
    UNION ALL
    -- What was certain was not selected.
    SELECT c.* FROM metric_counted('bandit_arm_selections_total', ARRAY[n.tone], 1) AS c
    WHERE n.tone_propensity < 1
    UNION ALL
    SELECT c.* FROM metric_observed('ai_onboarding_latency_seconds', ARRAY[n.source],
      seconds_between(n.prompted_at, n.decided_at)) AS c
    WHERE n.prompted_at IS NOT NULL
  ) AS c
  GROUP BY name, labels, le, slot;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER count_new_recommendations AFTER INSERT ON recommendations
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_recommendations();
--> statement-breakpoint
-- `policy_counts` is a row that grows, and forgets after two days what this keeps.
CREATE FUNCTION count_look_ups() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
  hits bigint := NEW.hits;
  misses bigint := NEW.misses;
  calls bigint := NEW.calls;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    hits := hits - OLD.hits;
    misses := misses - OLD.misses;
    calls := calls - OLD.calls;
  END IF;
  INSERT INTO metric_counts (name, labels, slot, count)
  SELECT name, labels, metric_slot(now()), by
  FROM (VALUES
    ('policy_cache_lookups_total', ARRAY['hit'], hits),
    ('policy_cache_lookups_total', ARRAY['miss'], misses),
    ('llm_calls_total', '{}', calls)
  ) AS counted (name, labels, by)
  WHERE by > 0;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER count_look_ups AFTER INSERT OR UPDATE ON policy_counts
  FOR EACH ROW EXECUTE FUNCTION count_look_ups();
--> statement-breakpoint
-- What was there before begins the counts, as far as it is known.
INSERT INTO metric_counts (name, labels, le, slot, count, sum)
SELECT name, labels, le, slot, sum(c.count), sum(c.sum)
FROM onboarding_sessions n CROSS JOIN LATERAL session_counts(NULL, n) AS c
GROUP BY name, labels, le, slot;
--> statement-breakpoint
INSERT INTO metric_counts (name, labels, slot, count)
SELECT 'dlq_total', ARRAY[coalesce(queue, 'runs')], metric_slot(now()), count(*)
FROM dead_letters GROUP BY queue;
