-- What a deployment must never change by mistake, as it was at its first readiness.
CREATE TABLE deployment_facts (
  name text PRIMARY KEY,
  value text NOT NULL
);
