import { PROMPT_IN_USE } from '../policy/prompts/index.ts'
import type { Catalogue } from './catalogue.ts'
import { versionOf } from './draw.ts'
import { RULES_VERSION } from './rules.ts'

/** Whose words people may be shown now. */
export interface WordsInUse {
  readonly catalogueVersion: string
  /** Of prompts, and of the rules. */
  readonly promptVersions: readonly string[]
  /** What is learned is learned of these, see `versionOf`. */
  readonly versions: readonly string[]
}

export function wordsInUse({ version: catalogueVersion }: Pick<Catalogue, 'version'>): WordsInUse {
  const promptVersions = [RULES_VERSION, PROMPT_IN_USE.version]
  return {
    catalogueVersion,
    promptVersions,
    versions: promptVersions.map((version) => versionOf(version, catalogueVersion)),
  }
}
