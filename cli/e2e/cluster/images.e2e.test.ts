import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openLocalEngine } from '../../images/engine/local-engine.ts'
import { copyRepository } from '../copy-repository.ts'
import { type CommandOptions, startCommand } from '../running-command.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { type CountingRegistry, startCountingRegistry } from './counting-registry.ts'
import { startEmptyAwsAccount } from './empty-aws-account.ts'
import { clusterVariables, noCluster, onCluster } from './test-cluster.ts'

let shop: ClusterShop
let registry: CountingRegistry
beforeAll(async () => {
  if (noCluster !== null) return
  shop = await createClusterShop()
  registry = await startCountingRegistry(clusterVariables.SHOPCTL_REGISTRY ?? '')
})
afterAll(async () => {
  await registry?.close()
  await shop?.close()
})

const members = ['catalog', 'edge', 'orders', 'users']
const documentSchema = z.object({
  result: z.object({
    artifacts: z.array(
      z.object({
        service: z.string(),
        digest: z.string(),
        image: z.object({ reference: z.string(), platforms: z.array(z.string()), present: z.string() }),
      }),
    ),
    loaded: z.array(z.string()).default([]),
  }),
})

const artifactsOf = (stdout: string) => documentSchema.parse(JSON.parse(stdout)).result.artifacts
const digestsOf = (stdout: string) =>
  Object.fromEntries(artifactsOf(stdout).map(({ service, digest }) => [service, digest]))

/** A command that exits 0 and answers a document. */
const answer = async (words: string, options: CommandOptions = {}): Promise<string> => {
  const { code, stdout, stderr } = await shop.run([...words.split(' '), '--json'], options)
  expect(code, stderr).toBe(0)
  return stdout
}

const engineHere = await openLocalEngine()
const noEngine = 'none' in engineHere ? engineHere.none : null

describe.skipIf(noCluster !== null)(onCluster('images'), () => {
  test('from two copies of the repository are the same to the byte', async () => {
    const { root, remove } = await copyRepository()
    onTestFinished(remove)
    const env = { PATH: process.env.PATH ?? '', HOME: join(root, '..', 'home'), ...clusterVariables }
    const place = { program: join(root, 'bin', 'shopctl'), cwd: root, env }
    const elsewhere = startCommand({ ...place, args: ['build', '--env', 'dev', '--json'] }, {})
    const here = await answer('build --env dev')
    const there = await elsewhere.result()
    expect(there.code, there.stderr).toBe(0)
    expect(digestsOf(there.stdout)).toEqual(digestsOf(here))
    expect(Object.keys(digestsOf(here)).toSorted()).toEqual(members)
    for (const { image, digest } of artifactsOf(here)) {
      // As many as the base has.
      expect(image.platforms.filter((platform) => !/^linux\/(amd64|arm64)$/.test(platform))).toEqual([])
      expect(image.platforms).not.toEqual([])
      expect(image.reference).toMatch(new RegExp(`^${clusterVariables.SHOPCTL_REGISTRY}/.*@${digest}$`))
    }
  })

  test('are pushed once: what the registry has is neither built nor sent', async () => {
    const env = { SHOPCTL_REGISTRY: `${registry.host}/push-${randomUUID().slice(0, 8)}` }
    const first = await answer('push --env dev', { env })
    expect(artifactsOf(first).map(({ image }) => image.present)).toEqual(members.map(() => 'built'))
    expect(registry.writes()).toBeGreaterThan(0)
    registry.forget()
    const second = await answer('push --env dev', { env })
    expect(digestsOf(second)).toEqual(digestsOf(first))
    expect(artifactsOf(second).map(({ image }) => image.present)).toEqual(members.map(() => 'in-registry'))
    expect(registry.writes()).toBe(0)
  })

  const loads = noEngine === null ? 'can be loaded' : `can be loaded (skipped: ${noEngine})`
  test.skipIf(noEngine !== null)(`${loads} into the local engine`, async () => {
    const stdout = await answer('build --env dev --only users --load')
    const { loaded } = documentSchema.parse(JSON.parse(stdout)).result
    expect(loaded).toHaveLength(1)
    if ('none' in engineHere) throw new Error(engineHere.none)
    for (const name of loaded) {
      const image = engineHere.docker.getImage(name)
      const { Architecture, Config } = await image.inspect()
      expect([Architecture, Config.User]).toEqual([engineHere.architecture, expect.stringContaining('65532')])
      await image.remove()
    }
  })

  test('are not built for a registry in which nobody has made their repositories', async () => {
    const account = await startEmptyAwsAccount()
    onTestFinished(() => account.close())
    const env = { ...account.env, SHOPCTL_REGISTRY: '', SHOPCTL_KUBE_CONTEXT: shop.kube.context }
    const { code, stderr } = await shop.run(['push', '--env', 'staging'], { env })
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('REPOSITORY_MISSING')
    expect(stderr).toContain('ECR has no repository user-management, product-catalog, order-management')
    expect(stderr).toMatch(/Fix: .* infra up --env staging$/m)
  })

  test('need a registry that somebody has named', async () => {
    const { code, stderr } = await shop.run(['build', '--env', 'dev'], { env: { SHOPCTL_REGISTRY: '' } })
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('REGISTRY_NOT_NAMED')
  })
})
