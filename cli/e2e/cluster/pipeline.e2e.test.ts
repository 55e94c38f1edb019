import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groovyMissing } from '../../../pipelines/testing/evaluate-pipeline.ts'
import { failedIn, type MainBuild, runMainBuild } from '../main-build.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'

const lacks = noCluster ?? groovyMissing

describe.skipIf(lacks !== null)(onCluster(`the commands of a main build${lacks === null ? '' : `: ${lacks}`}`), () => {
  let shop: ClusterShop
  let build: MainBuild
  beforeAll(async () => {
    shop = await createClusterShop()
    build = await runMainBuild(shop, { environment: 'dev' })
  }, 480_000)
  afterAll(() => shop?.close())

  test('all end well on a cluster, from the source to customers who buy and an evidence that was sent', () => {
    expect(failedIn(build)).toEqual([])
    const commands = build.ended.map(({ command }) => command)
    expect(commands).toEqual(
      expect.arrayContaining([
        'bin/shopctl scan image --built dev',
        'bin/shopctl push --env dev',
        'bin/shopctl manifests render --env dev --built --output reports',
        'bin/shopctl deploy --env dev --yes',
        'bin/shopctl smoke --env dev --journeys --junit reports/junit/journeys.xml',
      ]),
    )
    expect(build.told.join('')).toContain('Release 1 serves in dev.')
  })

  test('what was rendered for the archive names the digests that run', async () => {
    const [release] = await shop.records()
    expect(release).toMatchObject({ number: 1, state: 'succeeded' })
    const folder = join(shop.root, 'reports')
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml'))
    const rendered = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('\n')
    for (const { digest } of Object.values(release?.services ?? {})) expect(rendered).toContain(digest)
  })
})
