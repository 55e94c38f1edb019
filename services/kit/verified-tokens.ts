import { hash } from 'node:crypto'
import type { Principal } from './principal.ts'

/** So short that nothing else has to be told when a key is withdrawn. */
const keptMilliseconds = 5_000
const entriesAtMost = 10_000

export type VerifiedTokens = {
  /** Undefined where the token has to be verified, again or for the first time. */
  find(token: string): Principal | undefined
  /** Of a token that was verified just now, and ends at `expiresAt`. */
  keep(token: string, verified: { readonly principal: Principal; readonly expiresAt: Date }): void
  size(): number
}

/** Spares the signature check of a token that was checked in the last seconds. By digest, so that no token is kept. */
export function verifiedTokens(now: () => Date): VerifiedTokens {
  const kept = new Map<string, { readonly principal: Principal; readonly until: number }>()
  return {
    find(token) {
      const entry = kept.get(digestOf(token))
      return entry !== undefined && now().getTime() < entry.until ? entry.principal : undefined
    },
    keep(token, { principal, expiresAt }) {
      const key = digestOf(token)
      kept.delete(key)
      kept.set(key, { principal, until: Math.min(now().getTime() + keptMilliseconds, expiresAt.getTime()) })
      for (const oldest of kept.keys()) {
        if (kept.size <= entriesAtMost) break
        kept.delete(oldest)
      }
    },
    size: () => kept.size,
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'base64')
