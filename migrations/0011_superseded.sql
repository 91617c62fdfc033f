-- When a better recommendation took the place of one that nobody had answered.
ALTER TABLE recommendations ADD COLUMN superseded_at timestamptz;
