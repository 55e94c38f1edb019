import { expect, test } from 'vitest'
import { installations } from '../../../stacks/installations.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { EventBody } from '../../output/events.ts'
import type { openPlatform } from '../../platforms/open-platform.ts'
import { openEnvironmentLocks } from './open-environment-locks.ts'

const refusing = (code: string) => {
  const asked: string[] = []
  const open: typeof openPlatform = async ({ name }) => {
    asked.push(name)
    throw new ShopctlError({ code, outcome: 'refused', what: `${name} has no cluster.`, why: ['ECONNREFUSED'] })
  }
  return { open, asked }
}

const openWith = async (code: string, installation = installations.prod) => {
  const events: EventBody[] = []
  const { open, asked } = refusing(code)
  const abandoned = new AbortController().signal
  const reporter = { emit: (event: EventBody) => events.push(event) }
  const locks = await openEnvironmentLocks(installation, {
    repository: '/shop',
    keepSecret: () => undefined,
    reporter,
    abandoned,
    open,
  })
  return { locks, asked, messages: events.map((event) => ('message' in event ? event.message : event.type)) }
}

test('every environment whose cluster is on the installation is asked, and none of another', async () => {
  expect((await openWith('UNREACHABLE')).asked).toEqual(['staging', 'prod'])
  expect((await openWith('UNREACHABLE', installations.dev)).asked).toEqual([])
})

test('a cluster out of reach is said, with its reason, and stops nothing', async () => {
  const { locks, messages } = await openWith('UNREACHABLE')
  expect(locks).toEqual([])
  expect(messages[0]).toBe(
    'The lock of staging cannot be taken, so a deploy there is not kept out: staging has no cluster. ECONNREFUSED',
  )
})

test('of a cluster that is not made yet nothing is said', async () => {
  expect(await openWith('EKS_CLUSTER_MISSING')).toMatchObject({ locks: [], messages: [] })
})
