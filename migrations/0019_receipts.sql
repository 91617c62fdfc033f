-- What the stores of somebody who is being erased said, kept until their object has said its last word:
-- whoever hears that writes the receipt, also when the consumer that asked them is dead.
ALTER TABLE erasures ADD COLUMN emptied jsonb;
