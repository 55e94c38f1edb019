import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Figure, isMissed, renderFigures } from './figures.ts'

const root = join(import.meta.dirname, '..', '..')
/** Where `infra plan --offline` leaves what it synthesised. */
const folder = join(root, '.shopctl', 'infra', 'shop-prod-offline')
const maxBuffer = 256 * 1024 * 1024

const variables = (): NodeJS.ProcessEnv => {
  const { PATH, HOME, TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR } = process.env
  const cache = TF_PLUGIN_CACHE_DIR || join(homedir(), '.cache', 'shopctl', 'terraform-plugins')
  mkdirSync(cache, { recursive: true })
  return {
    PATH,
    HOME,
    TF_PLUGIN_CACHE_DIR: cache,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(TF_CLI_CONFIG_FILE === undefined ? {} : { TF_CLI_CONFIG_FILE }),
  }
}

const timed = (program: string, words: readonly string[], expected: readonly number[]): number => {
  const began = performance.now()
  const ended = spawnSync(program, words, { cwd: folder, env: variables(), maxBuffer, encoding: 'utf8' })
  const milliseconds = performance.now() - began
  if (expected.includes(ended.status ?? -1)) return milliseconds
  throw new Error(`${program} ${words.join(' ')} ended with ${ended.status}:\n${ended.stdout}\n${ended.stderr}`)
}

const planWithShopctl = (): number => {
  mkdirSync(folder, { recursive: true })
  return timed(join(root, 'bin', 'shopctl'), ['infra', 'plan', '--env', 'prod', '--offline', '--json'], [0, 2, 5])
}

/** What a person types who has the JSON already, with the words that shopctl uses: the plan, and what is in it. */
const planByHand = (): number => {
  const init = ['init', '-json', '-input=false', '-lockfile=readonly', '-reconfigure']
  const plan = ['plan', '-json', '-input=false', '-lock=false', '-out=bare.tfplan']
  const milliseconds = [init, plan, ['show', '-json', 'bare.tfplan']].map((words) => timed('terraform', words, [0]))
  rmSync(join(folder, 'bare.tfplan'))
  return milliseconds.reduce((sum, one) => sum + one, 0)
}

/**
 * A whole `infra plan` beside Terraform's own init, plan and show of the same stack, in turns; no account and no network.
 * Exits 5 where shopctl takes more than 1.1 times as long. Says so and measures nothing where there is no Terraform.
 */
export const benchInfraPlan = async (words: readonly string[]): Promise<void> => {
  const options = { 'plan-rounds': { type: 'string', default: '5' }, write: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...words], options, strict: false })
  if (spawnSync('terraform', ['version']).status !== 0) {
    process.stdout.write('infra plan: skipped: no terraform\n')
    return
  }
  // The first round fills caches and is not counted.
  planWithShopctl()
  planByHand()
  const shopctl: number[] = []
  const terraform: number[] = []
  for (let round = 0; round < Number(values['plan-rounds']); round++) {
    shopctl.push(planWithShopctl())
    terraform.push(planByHand())
  }
  const ratios = shopctl.map((milliseconds, round) => milliseconds / (terraform[round] ?? Number.NaN))
  const figures: readonly Figure[] = [
    { label: 'infra plan --offline, prod', unit: 'ms', values: shopctl, atMost: null },
    { label: 'terraform init, plan and show alone', unit: 'ms', values: terraform, atMost: null },
    { label: 'the one by the other', unit: '×', values: ratios, atMost: 1.1 },
  ]
  const table = renderFigures(figures)
  process.stdout.write(`${table}\n`)
  if (values.write === true) {
    mkdirSync(join(root, 'reports'), { recursive: true })
    writeFileSync(join(root, 'reports', 'infra-plan.txt'), `${table}\n`)
  }
  if (figures.some(isMissed)) process.exitCode = 5
}
