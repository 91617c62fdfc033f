-- What a proof made theirs: the plan and the answers of the session that proved the address.
ALTER TABLE users
  ADD COLUMN proven_at timestamptz,
  ADD COLUMN profile jsonb NOT NULL DEFAULT '{}';
