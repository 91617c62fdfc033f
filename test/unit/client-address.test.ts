import { expect, test } from 'vitest'
import { clientPrefix } from '../../src/core/client-address.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  // X37: all addresses of one /64 are one client.
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  // X38: a mapped IPv4 address is that address, however it is spelt.
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  // Rubbish is one bucket.
  [null, 'unknown'],
  ['', 'unknown'],
  ['203.0.113', 'unknown'],
  ['203.0.113.256', 'unknown'],
  ['2001:db8::1::2', 'unknown'],
  ['fe80::1%eth0', 'unknown'],
  ['example.com', 'unknown'],
])('%j counts as %j', (address, prefix) => {
  expect(clientPrefix(address)).toBe(prefix)
})
