/** Something that the person at the terminal can put right; the message says how, on one line. */
export class Problem extends Error {}
