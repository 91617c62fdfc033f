-- The person's user at Auth0. NULL: the step is off, or somebody else has the address there, which
-- is settled when this person proves it.
ALTER TABLE users ADD COLUMN auth0_user_id text UNIQUE;
