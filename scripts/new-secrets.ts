import { generateOwnSecrets } from './start/secrets.ts'

// For `wrangler secret bulk`. Made once for a deployment: with another pepper nobody is found again.
console.log(JSON.stringify(generateOwnSecrets(), undefined, 2))
