import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { commandsOf, evaluateBuild, groovyMissing } from '../../pipelines/testing/evaluate-pipeline.ts'
import { installFakeTrivy, recordedReport } from '../images/scan/testing/install-fake-trivy.ts'
import { coverageFile } from '../quality/sonar-settings.ts'
import { type FakeSonar, gatePassed, startFakeSonar, taskSucceeded } from '../quality/testing/fake-sonar-server.ts'
import { installFakeScanner } from '../quality/testing/install-fake-scanner.ts'
import type { CommandResult } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'

/**
 * The commands of a main build as the Jenkinsfile has them, with one substitution: local stands in for staging. Left
 * out are `bin/test` (this test is one of those that it runs) and the manifests, which local does not have.
 */
const localCommands = (commands: readonly string[]): readonly string[] =>
  commands
    .filter((command) => !/^bin\/test |manifests render/.test(command))
    .map((command) => command.replace(/(--env|--built) staging/, '$1 local'))

const token = 'squ_canary0123456789'
const resultsSchema = z.looseObject({ Results: z.array(z.record(z.string(), z.unknown())) })

let shop: Shop
let sonar: FakeSonar
let slack: Server
const told: string[] = []
const ended: { readonly command: string; readonly result: CommandResult }[] = []

/** What trivy reported on something, as it would be without a finding. */
const clean = async (name: string, directory: string): Promise<string> => {
  const report = resultsSchema.parse(JSON.parse(await readFile(recordedReport(name), 'utf8')))
  const results = report.Results.map(({ Vulnerabilities: _v, Misconfigurations: _m, Secrets: _s, ...rest }) => rest)
  const file = join(directory, `${name}.json`)
  await writeFile(file, JSON.stringify({ ...report, Results: results }))
  return file
}

const installTools = async (): Promise<Record<string, string>> => {
  const bin = join(shop.root, '..', 'tools')
  await mkdir(bin, { recursive: true })
  const reports = {
    fs: await clean('dependencies', bin),
    config: await clean('dockerfile', bin),
    secrets: recordedReport('nothing'),
  }
  installFakeTrivy(bin, { reports })
  installFakeScanner(bin)
  return { PATH: `${bin}:${process.env.PATH}` }
}

const startSlack = async (): Promise<string> => {
  slack = createServer((request, response) => {
    request.on('data', (bytes: Buffer) => told.push(String(bytes))).on('end', () => response.end('ok'))
  })
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${z.object({ port: z.number() }).parse(slack.address()).port}/services/T0/B0/canary`
}

describe.skipIf(groovyMissing !== null)(`the commands of a main build (${groovyMissing ?? 'local'})`, () => {
  beforeAll(async () => {
    shop = await createShop()
    await shop.deploy()
    await shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
      text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
    )
    await shop.commit('Say it better')
    await mkdir(join(shop.root, 'reports', 'coverage'), { recursive: true })
    await writeFile(join(shop.root, coverageFile), 'TN:\n')
    sonar = await startFakeSonar(token, { task: [{ body: taskSucceeded }], gate: [{ body: gatePassed }] })
    const env = {
      ...(await installTools()),
      SHOPCTL_REPORTS: 'reports',
      CI: 'true',
      SONAR_HOST_URL: sonar.url,
      SONAR_TOKEN: token,
      SLACK_WEBHOOK_URL: await startSlack(),
    }
    const build = await evaluateBuild({ file: 'pipelines/Jenkinsfile', env: { BRANCH_NAME: 'main' } })
    for (const command of localCommands(commandsOf(build))) {
      const result = await shop.run(command.split(' ').slice(1), { env })
      ended.push({ command, result })
      if (result.code !== 0) break
    }
  }, 480_000)

  afterAll(async () => {
    slack?.close()
    await sonar?.close()
    await shop?.close()
  })

  test('all end well on the local platform, in the order of the Jenkinsfile', () => {
    const failed = ended.filter(({ result }) => result.code !== 0)
    expect(failed.map(({ command, result }) => `${command}\n${result.stdout}\n${result.stderr}`)).toEqual([])
    expect(ended.map(({ command }) => command)).toEqual([
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
    expect(told.join('')).toContain('"blocks"')
  })

  test('no report holds a secret that the build was given', async () => {
    const folder = join(shop.root, 'reports')
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
    const outputs = ended.map(({ result }) => `${result.stdout}${result.stderr}`)
    expect([...texts, ...outputs].filter((text) => text.includes(token) || text.includes('B0/canary'))).toEqual([])
  })
})
