import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { groovyMissing } from '../../pipelines/testing/evaluate-pipeline.ts'
import { failedIn, type MainBuild, runMainBuild } from './main-build.ts'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
let build: MainBuild

describe.skipIf(groovyMissing !== null)(`the commands of a main build (${groovyMissing ?? 'local'})`, () => {
  beforeAll(async () => {
    shop = await createShop()
    await shop.deploy()
    await shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
      text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
    )
    await shop.commit('Say it better')
    build = await runMainBuild(shop, { environment: 'local', without: /manifests render/ })
  }, 480_000)
  afterAll(() => shop?.close())

  test('all end well on the local platform, in the order of the Jenkinsfile', () => {
    expect(failedIn(build)).toEqual([])
    expect(build.ended.map(({ command }) => command)).toEqual([
      'bin/shopctl compile',
      'bin/shopctl quality scan',
      'bin/shopctl quality gate --wait 180',
      'bin/shopctl build --env local --only users',
      'bin/shopctl build --env local --only catalog',
      'bin/shopctl build --env local --only orders',
      'bin/shopctl scan fs',
      'bin/shopctl scan secrets',
      'bin/shopctl scan config',
      'bin/shopctl scan image --built local',
      'bin/shopctl push --env local',
      'bin/shopctl deploy --env local --yes',
      'bin/shopctl smoke --env local --journeys --junit reports/junit/journeys.xml',
      'bin/shopctl evidence --outcome passed',
      'bin/shopctl notify',
    ])
  })

  test('the deploy is of the new source, and succeeded', async () => {
    const [latest] = await shop.records()
    expect(latest).toMatchObject({ number: 2, state: 'succeeded' })
  })

  test('what Jenkins is told to keep is there', async () => {
    const kept = await readdir(join(shop.root, 'reports'), { recursive: true })
    expect(kept).toEqual(
      expect.arrayContaining([
        'index.html',
        'summary.md',
        'slack.json',
        'junit/journeys.xml',
        'dependencies.scan.sarif.json',
      ]),
    )
    expect(build.told.join('')).toContain('"blocks"')
  })

  test('what the build has released is taken back once, and nothing that came after', async () => {
    const back = async () => {
      const words = ['rollback', '--env', 'local', '--only-reported', '--yes', '--json']
      const { code, stdout, stderr } = await shop.run(words, { env: { SHOPCTL_REPORTS: 'reports' } })
      expect(code, stderr).toBe(0)
      return z.object({ result: z.record(z.string(), z.unknown()) }).parse(JSON.parse(stdout)).result
    }
    expect(await back()).toMatchObject({ outcome: 'rolled-back', release: { number: 3, restores: 1 } })
    expect(await back()).toMatchObject({
      outcome: 'nothing-to-take-back',
      why: expect.stringMatching(/^release 3 by .* came after release 2 of "deploy --env local --yes"$/),
      release: { number: 3 },
    })
    expect(await shop.records()).toHaveLength(3)
  })

  test('no report holds a secret that the build was given', async () => {
    const folder = join(shop.root, 'reports')
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
    const outputs = build.ended.map(({ result }) => `${result.stdout}${result.stderr}`)
    expect([...texts, ...outputs].filter((text) => build.secrets.some((secret) => text.includes(secret)))).toEqual([])
  })
})
