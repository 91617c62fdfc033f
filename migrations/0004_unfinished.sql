-- The index follows a session to its end: the archive, the invitation, the proof or the erasure.
ALTER TABLE onboarding_sessions
  -- When the subject is to be woken if nothing is heard of it. NULL: never.
  ADD COLUMN due_at timestamptz,
  -- What ended a failed run, for operators.
  ADD COLUMN failure_step text,
  ADD COLUMN failure_kind text,
  ADD COLUMN failure_detail text,
  ADD COLUMN archived_at timestamptz,
  ADD COLUMN invited_at timestamptz,
  ADD COLUMN proven_at timestamptz,
  ADD COLUMN erased_at timestamptz,
  -- An erased person's sessions are still counted, and lead to nobody.
  ALTER COLUMN subject_key DROP NOT NULL;
--> statement-breakpoint
UPDATE onboarding_sessions
SET due_at = CASE WHEN settled_at IS NULL THEN opened_at ELSE opened_at + interval '1 day' END;
--> statement-breakpoint
DROP INDEX onboarding_sessions_open;
--> statement-breakpoint
ALTER TABLE onboarding_sessions DROP COLUMN swept_at;
--> statement-breakpoint
-- Whoever is overdue longest comes first.
CREATE INDEX onboarding_sessions_due ON onboarding_sessions (due_at) WHERE due_at IS NOT NULL;
