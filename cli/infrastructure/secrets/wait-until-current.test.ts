import { expect, test } from 'vitest'
import type { VaultSecret } from './secret-vault.ts'
import { waitUntilCurrent } from './wait-until-current.ts'

const secret = (stages: readonly string[]): VaultSecret => ({
  name: 'shop/prod/database-users',
  arn: 'arn',
  versions: { before: ['AWSCURRENT'], token: stages },
  created: null,
  changed: null,
  rotated: null,
  rotatedBy: 'arn:function',
})
const waiting = (...looks: readonly (readonly string[])[]) => {
  let look = 0
  const describe = async () => secret(looks[Math.min(look++, looks.length - 1)] ?? [])
  return { vault: { describe }, name: 'shop/prod/database-users', token: 'token', seconds: 0.03, signal: never }
}
const never = new AbortController().signal

test('it is done when the version of the rotation is the current one', async () => {
  expect(await waitUntilCurrent({ ...waiting(['AWSPENDING'], ['AWSCURRENT', 'AWSPENDING']), seconds: 20 })).toBe('done')
})

test('a version that stays pending is not proven, and does not keep anybody for ever', async () => {
  expect(await waitUntilCurrent(waiting(['AWSPENDING']))).toBe('not-proven')
})

test('an interrupt ends the wait and says that the rotation goes on', async () => {
  const signal = AbortSignal.timeout(5)
  await expect(waitUntilCurrent({ ...waiting(['AWSPENDING']), seconds: 60, signal })).rejects.toMatchObject({
    code: 'OUT_OF_TIME',
    message: expect.stringContaining('it goes on in AWS'),
  })
})
