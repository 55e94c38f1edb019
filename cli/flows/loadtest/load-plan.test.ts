import { expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { failureOf } from '../testing/failure-of.ts'
import { listProfiles } from './list-profiles.ts'
import { type LoadWish, loadPlan } from './load-plan.ts'
import { makingIn, refuseMaking, refuseTooMuch } from './production-rules.ts'

const failureBy = (decide: () => unknown) => failureOf(Promise.resolve().then(decide))
const plan = (wish: Partial<LoadWish> = {}) => loadPlan({ profile: 'default', making: 'makes data', ...wish })

test('NOTE-23: the default profile cannot show a thousand requests a second, and says what would', () => {
  const { ceiling, outOfReach, objectives } = plan()
  expect(Math.floor(ceiling.requestsPerSecond)).toBe(476)
  expect(outOfReach).toEqual([
    {
      sentence:
        'throughput of all requests > 1000 requests/s is out of reach: at most 476 a second (1000 users ÷ (2 s think time + 0.1 s response)); 2101 users would do',
      profileThatWouldDo: 'throughput',
    },
  ])
  expect(objectives.some(({ measure }) => measure === 'requestsPerSecond')).toBe(false)
})

test('the throughput profile can, unless it is made smaller', () => {
  const whole = plan({ profile: 'throughput' })
  expect(whole.outOfReach).toEqual([])
  expect(whole.objectives.some(({ measure }) => measure === 'requestsPerSecond')).toBe(true)
  const [small] = plan({ profile: 'throughput', requestsPerSecond: 30 }).outOfReach
  expect(small?.sentence).toContain('at most 30 a second')
})

test('an adjustment that the profile does not have is wrong usage', async () => {
  const failure = await failureBy(() => plan({ requestsPerSecond: 10 }))
  expect(failure).toMatchObject({ code: 'PROFILE_UNFIT', outcome: 'usage' })
})

test('each profile is listed with its ceiling and what it can say of the rate', () => {
  expect(listProfiles(undefined).map(({ name, rate }) => `${name}: ${rate}`)).toEqual([
    'default: out of reach',
    'smoke: out of reach',
    'load: out of reach',
    'stress: within reach',
    'soak: out of reach',
    'spike: out of reach',
    'throughput: judged',
  ])
  expect(listProfiles('soak').map(({ name }) => name)).toEqual(['soak'])
})

test('in production customers only look, and only a few of them', async () => {
  const { prod, staging } = environments
  expect([makingIn(prod), makingIn(staging), makingIn(environments.local)]).toEqual([
    'only looks',
    'makes data',
    'makes data',
  ])
  const few = plan({ profile: 'load', users: 90, making: makingIn(prod) })
  expect(few.scenarios).toEqual(['catalog'])
  expect(() => refuseTooMuch(prod, few)).not.toThrow()
  expect(() => refuseTooMuch(staging, plan())).not.toThrow()
  for (const wish of [
    { profile: 'default' },
    { profile: 'throughput' },
    { profile: 'load', users: 110 },
    // Without a pause between two requests there is no telling how many they are.
    { profile: 'throughput', requestsPerSecond: 60 },
  ] as const) {
    const refused = await failureBy(() => refuseTooMuch(prod, plan({ ...wish, making: 'only looks' })))
    expect(refused).toMatchObject({ code: 'LOAD_REFUSED', outcome: 'refused' })
  }
  expect(() => refuseMaking(prod, ['catalog'])).not.toThrow()
  expect(() => refuseMaking(staging, ['orders'])).not.toThrow()
  const refused = await failureBy(() => refuseMaking(prod, ['catalog', 'orders']))
  expect(refused.why.join()).toContain('orders would make accounts and orders')
})
