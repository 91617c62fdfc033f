import type { StatusFrame } from '../../src/contract/onboarding.ts'
import type { RecommendationFrame, WithdrawalFrame } from '../../src/contract/recommendation.ts'

export type Frame = StatusFrame | RecommendationFrame | WithdrawalFrame

/**
 * `null`: none of ours. Frames are looked at where answers are not, since nobody waits for one: what is
 * wrong with it would break a page that did nothing. Only what pages take apart is looked at; a frame
 * of a newer server, with another type, is dropped.
 */
export const readFrame = (text: unknown): Frame | null => asFrame(parsed(text))

export function asFrame(frame: Fields): Frame | null {
  switch (frame['type']) {
    case 'status':
      return Number.isInteger(frame['seq']) &&
        isText(frame['status']) &&
        Array.isArray(frame['steps'])
        ? (frame as unknown as StatusFrame)
        : null
    case 'recommendation':
      return isText(frame['recommendationId']) &&
        isText((frame['action'] as Fields | null)?.['path'])
        ? (frame as unknown as RecommendationFrame)
        : null
    case 'recommendation_withdrawn':
      return isText(frame['recommendationId']) ? (frame as unknown as WithdrawalFrame) : null
    default:
      return null
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: unknown): Fields {
  try {
    return (JSON.parse(String(text)) as Fields | null) ?? {}
  } catch {
    return {}
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
