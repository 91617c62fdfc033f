-- Nearly every decision without an answer is counted. Taken for independent, the two columns would
-- make the planner expect many that are not, and read the whole log for a few.
CREATE STATISTICS recommendations_counted (mcv) ON outcome, counted_as FROM recommendations;
