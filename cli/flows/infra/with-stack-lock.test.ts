import { expect, test } from 'vitest'
import { aLockValue } from '../../releases/testing/lock-store-contract.ts'
import { createMemoryLockStore } from '../../releases/testing/memory-lock-store.ts'
import { failureOf } from '../testing/failure-of.ts'
import { beginInfra } from './infra-steps.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'
import { withStackLock } from './with-stack-lock.ts'

const shared = (environments: readonly string[]) => {
  const infra = scriptedInfra({ environment: 'staging' })
  const stores = environments.map((environment) => ({ environment, store: createMemoryLockStore() }))
  const means = { ...infra.means, environmentLocks: async () => stores }
  const wanted = { why: 'up of shop-prod', waitSeconds: 0, store: means.lock('shop-prod') }
  const hold = <Result>(work: () => Promise<Result>) =>
    withStackLock(wanted, { means, steps: beginInfra('infra up', means), work })
  const released = () => stores.map(({ store }) => store.current()?.value.released)
  return { hold, stores, released, means }
}

test('while the shop of an installation changes no environment on it can be deployed, and each is given back', async () => {
  const { hold, released, means } = shared(['staging', 'prod'])
  const during = await hold(async () => released())
  expect(during).toEqual([false, false])
  expect(released()).toEqual([true, true])
  expect((await means.lock('shop-prod').read())?.value.released).toBe(true)
})

test('a deploy that runs keeps infra out, which names it, changes nothing and gives back what it had', async () => {
  const { hold, stores, released, means } = shared(['staging', 'prod'])
  const { wall, boot } = { wall: new Date().toISOString(), boot: null }
  const deploy = { ...aLockValue('ada@laptop'), host: 'elsewhere', since: wall, renewed: { wall, boot } }
  await stores[1]?.store.write(deploy, null)
  let worked = false
  const refused = await failureOf(
    hold(async () => {
      worked = true
    }),
  )
  expect(refused).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect(refused.message).toContain('prod is being changed')
  expect(refused.why[0]).toContain('ada@laptop')
  expect(refused.fix).toContain('shopctl lock show --env prod')
  expect(worked).toBe(false)
  expect(released()).toEqual([true, false])
  expect((await means.lock('shop-prod').read())?.value.released).toBe(true)
})
