/** The precompiled contract of every chain that gives back what it is sent. */
export const IDENTITY_CONTRACT = '0x0000000000000000000000000000000000000004'
