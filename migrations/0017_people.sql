-- What operators may do with people: the audit knows two more things.
ALTER TABLE operator_actions
  DROP CONSTRAINT operator_actions_action_check,
  ADD CONSTRAINT operator_actions_action_check CHECK (action IN (
    'replay', 'stop', 'dismiss', 'decide_again', 'rebuild_bandit', 'export_person', 'erase_person'));
--> statement-breakpoint
-- An erasure under way, and its receipt. While it goes on the row leads to the object; afterwards to
-- nobody.
CREATE TABLE erasures (
  id uuid PRIMARY KEY,
  subject_key text,
  ordered_at timestamptz NOT NULL,
  completed_at timestamptz,
  seen_at timestamptz NOT NULL,
  receipt jsonb,
  signature text,
  CHECK ((completed_at IS NULL) = (subject_key IS NOT NULL)),
  CHECK ((completed_at IS NULL) = (receipt IS NULL))
);
--> statement-breakpoint
CREATE INDEX erasures_open ON erasures (seen_at) WHERE completed_at IS NULL;
--> statement-breakpoint
-- Random ids cannot be found again from their hashes. A message, a webhook or a consumer that comes late
-- can be told by them, and brings nothing back.
CREATE TABLE erased_ids (
  hash text PRIMARY KEY,
  erased_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE FUNCTION is_erased(id text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (
  SELECT 1 FROM erased_ids WHERE hash = encode(sha256(convert_to(id, 'UTF8')), 'hex')) $$;
--> statement-breakpoint
CREATE FUNCTION keep_erased_users_away() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF is_erased(NEW.user_id::text) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER users_keep_erased_away BEFORE INSERT ON users
FOR EACH ROW EXECUTE FUNCTION keep_erased_users_away();
--> statement-breakpoint
CREATE FUNCTION keep_erased_sessions_away() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF is_erased(NEW.spec_id::text) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER onboarding_sessions_keep_erased_away BEFORE INSERT ON onboarding_sessions
FOR EACH ROW EXECUTE FUNCTION keep_erased_sessions_away();
--> statement-breakpoint
CREATE FUNCTION keep_erased_customers_away() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF is_erased(NEW.customer_id) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER webhook_events_keep_erased_away BEFORE INSERT ON webhook_events
FOR EACH ROW EXECUTE FUNCTION keep_erased_customers_away();
--> statement-breakpoint
-- A wake-up that was given up names its sessions, what people did its person.
CREATE FUNCTION keep_erased_letters_away() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF is_erased(NEW.spec_id::text) OR is_erased(NEW.body ->> 'person') OR EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.body, '$.sessions[*].specId') AS named (id)
    WHERE is_erased(named.id #>> '{}'))
  THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER dead_letters_keep_erased_away BEFORE INSERT ON dead_letters
FOR EACH ROW EXECUTE FUNCTION keep_erased_letters_away();
