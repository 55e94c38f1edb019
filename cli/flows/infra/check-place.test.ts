import { expect, test } from 'vitest'
import { failureOf } from '../testing/failure-of.ts'
import { checkPlace } from './check-place.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'

test('a bucket for the states that somebody else has is told as that by every verb, before anything in it is read', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'foreign'
  expect(await failureOf(checkPlace('account', infra.means))).toMatchObject({
    code: 'STATE_BUCKET_FORBIDDEN',
    outcome: 'refused',
  })
  expect(infra.calls).toEqual(['account', 'tools'])
})

test('a plan against nothing asks nobody', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'foreign'
  await checkPlace('nothing', infra.means)
  expect(infra.calls).toEqual(['tools'])
})
