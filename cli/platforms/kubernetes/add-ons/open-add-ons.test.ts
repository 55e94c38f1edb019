import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { environments } from '../../../../stacks/environments.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { decodeSecret } from '../secret-data.ts'
import { createMemoryKubeClient, type MemoryKubeClient, type Trouble } from '../testing/memory-kube-client.ts'
import { openAddOns } from './open-add-ons.ts'

describe('what runs beside the shop', () => {
  let client: MemoryKubeClient
  let repository: string
  let trouble: Trouble = 'none'
  const groups = ['logging'] as const
  const signal = () => AbortSignal.timeout(10_000)
  const open = () => {
    const environment = environments.dev
    const place = { client, environment, namespace: 'shop-dev', repository, variables: {} }
    return openAddOns({ ...place, keepSecret: () => undefined })
  }
  const keys = () => client.objects('Secret').map((secret) => decodeSecret(secret).KIBANA_ENCRYPTION_KEY)

  beforeEach(async () => {
    trouble = 'none'
    client = createMemoryKubeClient({ trouble: ({ kind }) => (kind === 'Secret' ? trouble : 'none') })
    repository = await mkdtemp(join(tmpdir(), 'add-ons-'))
  })
  afterEach(() => rm(repository, { recursive: true }))

  test('planned again, it takes over the keys that another apply has made meanwhile', async () => {
    const [first, second] = [open(), open()]
    await first.plan(groups, signal())
    await second.plan(groups, signal())
    await first.apply(groups, 'take', signal())
    const made = keys()
    expect(made).toEqual([expect.stringMatching(/^[\w-]{32}$/)])

    await second.plan(groups, signal())
    await second.apply(groups, 'take', signal())
    expect(keys()).toEqual(made)
  })

  test('what is applied is what was planned, with its keys', async () => {
    const addOns = open()
    await addOns.plan(groups, signal())
    const { created } = await addOns.apply(groups, 'take', signal())
    expect(created).toBeGreaterThan(10)
    expect(await addOns.apply(groups, 'take', signal())).toMatchObject({ created: 0, changed: 0 })
    expect(keys()).toHaveLength(1)
  })

  test('a plan that went wrong is made anew', async () => {
    const addOns = open()
    trouble = new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what: 'No answer.' })
    await expect(addOns.plan(groups, signal())).rejects.toMatchObject({ code: 'UNREACHABLE' })
    trouble = 'none'
    expect((await addOns.plan(groups, signal())).fields.length).toBeGreaterThan(10)
  })
})
