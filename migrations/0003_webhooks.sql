-- What billing said last about the account's customer. NULL: nothing was heard yet.
ALTER TABLE users
  -- The subscription's own word, or `none`, or `deleted`.
  ADD COLUMN billing_status text,
  ADD COLUMN billing_plan text,
  ADD COLUMN billing_updated_at timestamptz,
  -- Grows with every write: a reading begun before another was written is thrown away.
  ADD COLUMN billing_version integer NOT NULL DEFAULT 0;
--> statement-breakpoint
-- Events of the billing provider's webhooks, each once. Their payloads are not kept.
CREATE TABLE webhook_events (
  event_id text PRIMARY KEY,
  type text NOT NULL,
  customer_id text,
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- Open are `due` (somebody should look) and `waiting` (for its account); all others are closed.
  state text NOT NULL CHECK (
    state IN ('due', 'waiting', 'applied', 'unrelated', 'foreign', 'gone', 'unclaimed')
  ),
  -- When somebody may look at it; nobody else may before, while somebody does.
  due_at timestamptz NOT NULL,
  looks integer NOT NULL DEFAULT 0,
  holder uuid,
  done_at timestamptz,
  CHECK ((done_at IS NULL) = (state IN ('due', 'waiting')))
);
--> statement-breakpoint
CREATE INDEX webhook_events_customer ON webhook_events (customer_id);
--> statement-breakpoint
CREATE INDEX webhook_events_open ON webhook_events (due_at) WHERE done_at IS NULL;
--> statement-breakpoint
CREATE INDEX webhook_events_done ON webhook_events (done_at) WHERE done_at IS NOT NULL;
