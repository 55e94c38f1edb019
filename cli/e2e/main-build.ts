import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { commandsOf, evaluateBuild } from '../../pipelines/testing/evaluate-pipeline.ts'
import { installFakeTrivy, recordedReport } from '../images/scan/testing/install-fake-trivy.ts'
import { coverageFile } from '../quality/sonar-settings.ts'
import { gatePassed, startFakeSonar, taskSucceeded } from '../quality/testing/fake-sonar-server.ts'
import { installFakeScanner } from '../quality/testing/install-fake-scanner.ts'
import type { CommandOptions, CommandResult } from './running-command.ts'

/** The shop that a build releases, wherever it runs. */
export type BuiltShop = {
  readonly root: string
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
}

export type MainBuild = {
  /** In order; the last one is the first that did not exit 0. */
  readonly ended: readonly { readonly command: string; readonly result: CommandResult }[]
  /** The bodies that Slack was sent. */
  readonly told: readonly string[]
  /** What no report and no output may hold. */
  readonly secrets: readonly string[]
}

const token = 'squ_canary0123456789'
const resultsSchema = z.looseObject({ Results: z.array(z.record(z.string(), z.unknown())).default([]) })

/** What trivy reported on something, as it would be without a finding. */
const clean = async (name: string, directory: string): Promise<string> => {
  const report = resultsSchema.parse(JSON.parse(await readFile(recordedReport(name), 'utf8')))
  const results = report.Results.map(({ Vulnerabilities: _v, Misconfigurations: _m, Secrets: _s, ...rest }) => rest)
  const file = join(directory, `${name}.json`)
  await writeFile(file, JSON.stringify({ ...report, Results: results }))
  return file
}

/** On PATH before all others: a scanner of images and one of code, which answer what real ones did. */
const installTools = async (shop: BuiltShop): Promise<string> => {
  const bin = join(shop.root, '..', 'tools')
  await mkdir(bin, { recursive: true })
  const reports = {
    image: await clean('image', bin),
    fs: await clean('dependencies', bin),
    config: await clean('dockerfile', bin),
    secrets: recordedReport('nothing'),
  }
  installFakeTrivy(bin, { reports })
  installFakeScanner(bin)
  return `${bin}:${process.env.PATH}`
}

const startSlack = async () => {
  const told: string[] = []
  const server = createServer((request, response) => {
    request.on('data', (bytes: Buffer) => told.push(String(bytes))).on('end', () => response.end('ok'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.int() }).parse(server.address())
  return { url: `http://127.0.0.1:${port}/services/T0/B0/canary`, told, close: () => server.close() }
}

/**
 * The commands of a build of main as the Jenkinsfile has them, with one substitution: another environment stands in for
 * staging. Left out are `bin/test` (whoever calls this is one of those that it runs), what a month costs (Terraform's
 * provider comes over the network, and no build fails without it), and what this environment has not.
 */
export async function runMainBuild(
  shop: BuiltShop,
  { environment, without = /^$/ }: { readonly environment: 'local' | 'dev'; readonly without?: RegExp },
): Promise<MainBuild> {
  await mkdir(join(shop.root, 'reports', 'coverage'), { recursive: true })
  await writeFile(join(shop.root, coverageFile), 'TN:\n')
  const [sonar, slack, path, build] = await Promise.all([
    startFakeSonar(token, { task: [{ body: taskSucceeded }], gate: [{ body: gatePassed }] }),
    startSlack(),
    installTools(shop),
    evaluateBuild({ file: 'pipelines/Jenkinsfile', env: { BRANCH_NAME: 'main' } }),
  ])
  const env = {
    PATH: path,
    SHOPCTL_REPORTS: 'reports',
    CI: 'true',
    SONAR_HOST_URL: sonar.url,
    SONAR_TOKEN: token,
    SLACK_WEBHOOK_URL: slack.url,
  }
  const ended: { readonly command: string; readonly result: CommandResult }[] = []
  for (const typed of commandsOf(build)) {
    if (/^bin\/(test|shopctl cost) /.test(typed) || without.test(typed)) continue
    const command = typed.replace(/(--env|--built) staging/, `$1 ${environment}`)
    const result = await shop.run(command.split(' ').slice(1), { env })
    ended.push({ command, result })
    if (result.code !== 0) break
  }
  slack.close()
  await sonar.close()
  return { ended, told: slack.told, secrets: [token, 'B0/canary'] }
}

/** With all that they said, for who wants to know why. */
export const failedIn = ({ ended }: MainBuild): readonly string[] =>
  ended
    .filter(({ result }) => result.code !== 0)
    .map(({ command, result }) => `${command}\n${result.stdout}\n${result.stderr}`)
