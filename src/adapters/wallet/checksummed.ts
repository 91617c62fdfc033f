import { getAddress } from 'viem/utils'

/** The spelling of EIP-55 for 40 digits of hexadecimal after `0x`. */
export const checksummed = (address: string): string => getAddress(address)
