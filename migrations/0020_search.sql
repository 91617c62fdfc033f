-- What operators look for first is rare where all is well: without these a search reads back through
-- everybody who is not meant, and through all of the last day, until a page is full.
CREATE INDEX onboarding_sessions_failed ON onboarding_sessions (opened_at, spec_id)
  WHERE status = 'failed';
--> statement-breakpoint
CREATE INDEX onboarding_sessions_unfinished ON onboarding_sessions (opened_at, spec_id)
  WHERE archived_at IS NOT NULL AND proven_at IS NULL;
