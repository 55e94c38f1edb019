import type { ScriptedAnswer } from '../../../kit/testing/scripted-server.ts'

type Kept = { readonly fingerprint: string; readonly answer: ScriptedAnswer }

export type Keyed = { readonly key: string; readonly fingerprint: string; readonly otherwise: ScriptedAnswer }

/** As both providers keep them: the same key with the same request is the same answer, and nothing is done again. */
export function idempotentAnswers() {
  const kept = new Map<string, Kept>()
  return {
    /** `otherwise` is for the same key with another request. */
    once({ key, fingerprint, otherwise }: Keyed, act: () => ScriptedAnswer): ScriptedAnswer {
      const before = kept.get(key)
      if (before !== undefined) return before.fingerprint === fingerprint ? before.answer : otherwise
      const answer = act()
      kept.set(key, { fingerprint, answer })
      return answer
    },
  }
}
