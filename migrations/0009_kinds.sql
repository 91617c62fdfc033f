-- People who are known by a wallet, or by the name an outside issuer gives them, have no address here.
-- As with the address, a second pepper by mistake would show as a violation.
ALTER TABLE users
  -- With the checksum of EIP-55.
  ADD COLUMN wallet_address text UNIQUE,
  -- `iss|sub`
  ADD COLUMN issuer_subject text UNIQUE;
