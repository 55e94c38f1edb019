import { expect, test } from 'vitest'
import { type PresentedToken, type RefreshVerdict, refreshVerdict } from './refresh-verdict.ts'

const used = { live: true, used: true, inGrace: true, successorIsHead: true }

test.each<[string, PresentedToken | undefined, RefreshVerdict]>([
  ['nobody has', undefined, 'invalid'],
  ['is revoked, or of a login that ended', { ...used, live: false }, 'invalid'],
  ['is over and was never used', { ...used, used: false, inGrace: false, successorIsHead: false }, 'invalid'],
  ['was used just now', used, 'repeat'],
  ['was used just now, and its successor as well', { ...used, successorIsHead: false }, 'superseded'],
  ['was used long ago', { ...used, inGrace: false }, 'reuse'],
  ['was used long ago, and its successor as well', { ...used, inGrace: false, successorIsHead: false }, 'reuse'],
  ['was used in a family that is revoked', { ...used, live: false, inGrace: false }, 'invalid'],
])('a refresh token that %s', (_, token, verdict) => {
  expect(refreshVerdict(token)).toBe(verdict)
})
