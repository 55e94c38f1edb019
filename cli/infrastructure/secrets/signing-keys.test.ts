import { expect, test } from 'vitest'
import { accessToken } from '../../../services/kit/authentication.ts'
import { signingKeysSchema } from '../../../services/users/signing-keys.ts'
import { newSigningKeys } from '../../platforms/new-secrets.ts'
import { finishVerdict, parseSigningKeys, tokenSeconds, withNewKey } from './signing-keys.ts'

const keyed = (...kids: string[]) => kids.map((kid) => ({ kid }))
const running = (since: string | null, ...kids: string[]) => ({ release: 7, since, keys: keyed(...kids) })
const now = new Date('2026-11-22T12:00:00Z')

test('the new key signs, and the one before it is published still', () => {
  const before = parseSigningKeys(newSigningKeys()) ?? []
  const after = withNewKey(before)
  const settings = signingKeysSchema.parse(JSON.stringify(after))
  expect(settings.current.kid).not.toBe(before[0]?.kid)
  expect(settings.publicKeys.map(({ kid }) => kid)).toEqual([settings.current.kid, before[0]?.kid])
})

test.each([
  ['one key: nothing is left to do', keyed('new'), running('2026-11-22T11:00:00Z', 'new'), { may: 'done' }],
  ['nothing runs: nobody has a token', keyed('new', 'old'), null, { may: 'yes' }],
  [
    'the running release signs with the old one',
    keyed('new', 'old'),
    running('2026-11-22T08:00:00Z', 'old'),
    { may: 'after-deploy', release: 7 },
  ],
  [
    'a release that is not closed yet',
    keyed('new', 'old'),
    running(null, 'new', 'old'),
    { may: 'after-deploy', release: 7 },
  ],
  [
    'tokens of the old one may still be about',
    keyed('new', 'old'),
    running('2026-11-22T11:50:00Z', 'new', 'old'),
    { may: 'later', at: new Date('2026-11-22T12:06:30Z') },
  ],
  ['the last token has expired', keyed('new', 'old'), running('2026-11-22T11:43:30Z', 'new', 'old'), { may: 'yes' }],
])('%s', (_, keys, release, verdict) => {
  expect(finishVerdict({ keys, running: release, now })).toEqual(verdict)
})

test('the wait is longer than any token lives, by the clock of whoever checks it', () => {
  expect(tokenSeconds).toBeGreaterThan(accessToken.lifetimeSeconds + accessToken.clockToleranceSeconds)
})

test('another form is none', () => {
  expect(parseSigningKeys('[]')).toBeNull()
  expect(parseSigningKeys('canary')).toBeNull()
  expect(parseSigningKeys('{"keys":[{"kid":"1"}]}')).toEqual([{ kid: '1' }])
})
