import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createShop, type Shop } from './shop.ts'
import { startStandingCluster } from './standing-cluster.ts'

let shop: Shop
let cluster: Awaited<ReturnType<typeof startStandingCluster>>

beforeAll(async () => {
  shop = await createShop()
  cluster = await startStandingCluster(join(shop.root, '..'), {})
})
afterAll(async () => {
  await cluster?.close()
  await shop?.close()
})

const documentSchema = z.object({
  error: z.object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) }),
})

/** What is refused changes nothing: the server only answers to be read, and says so of everything else. */
const refused = async (words: string, env: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr } = await shop.run(['release', 'promote', ...words.split(' '), '--json'], { env })
  expect(code, stderr).toBe(3)
  return documentSchema.parse(JSON.parse(stdout)).error
}

const standing = () => ({ ...cluster.env, SHOPCTL_KUBE_CONTEXT: 'standing' })

describe('without a look at any cluster', () => {
  test('an environment is not promoted to itself', async () => {
    const { code, fix } = await refused('--from staging --to staging')
    expect(code).toBe('SAME_ENVIRONMENT')
    expect(fix).toEqual([expect.stringMatching(/deploy --env staging$/)])
  })

  test.each(['--from local --to prod', '--from staging --to local'])('"%s" has no images', async (words) => {
    expect((await refused(words)).code).toBe('PROMOTION_NOT_LOCAL')
  })

  test('two environments are not looked for in one namespace', async () => {
    const { code, fix } = await refused('--from staging --to prod', { SHOPCTL_NAMESPACE: 'ours' })
    expect({ code, fix }).toEqual({ code: 'ONE_NAMESPACE', fix: ['unset SHOPCTL_NAMESPACE'] })
  })

  test('a part of a release is not promoted: it was never tested together with the rest', async () => {
    const words = ['release', 'promote', '--from', 'staging', '--to', 'prod', '--only', 'users']
    const { code, stderr } = await shop.run(words)
    expect(code).toBe(64)
    expect(stderr).toContain('--only')
  })
})

describe('where staging stands on release 1', () => {
  test('a release that is not there is named with those that are', async () => {
    const { code, why } = await refused('--from staging --to prod --release 9', standing())
    expect({ code, why }).toEqual({ code: 'RELEASE_NOT_FOUND', why: ['the newest are 1'] })
  })

  test('another commit than that of the release has to be checked out first', async () => {
    const { code, what, why, fix } = await refused('--from staging --to prod --release 1', standing())
    expect(code).toBe('SOURCE_DIFFERS')
    expect(what).toContain('release 1 of staging')
    expect(why[1]).toBe('this clone does not hold aaaaaaaaaaaa')
    expect(fix.slice(0, 2)).toEqual(['git fetch --tags', `git checkout ${'a'.repeat(40)}`])
    expect(fix[2]).toMatch(/release promote --from staging --to prod --release 1 --force$/)
  })

  test('prod lacks what only people can give, before a registry is asked', async () => {
    const { code, fix } = await refused('--from staging --to prod --release 1 --force', standing())
    expect(code).toBe('AWS_NOT_LOGGED_IN')
    expect(fix.join('\n')).toContain('secrets set DATABASE_URL --env prod')
  })
})
