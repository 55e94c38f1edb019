import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { readProcess } from '../../tools/process-facts.ts'
import { layToken, moveToken, readToken, tokenFree } from './cache-token.ts'
import type { TerraformVariables } from './terraform-environment.ts'

const askAgainMilliseconds = 100
const waitMinutes = 10

/** The provider is 707 MB: once for the machine and not once for each stack. The person's own place goes first. */
export const pluginCacheOf = ({ TF_PLUGIN_CACHE_DIR, XDG_CACHE_HOME, HOME }: TerraformVariables): string =>
  TF_PLUGIN_CACHE_DIR || join(XDG_CACHE_HOME || join(HOME || homedir(), '.cache'), 'shopctl', 'terraform-plugins')

/** The process id and its start, as a file's name. */
const holderName = (processId: number, start: string): string => `${processId}-${encodeURIComponent(start)}`

const processIdOf = (holder: string): number => Number.parseInt(holder, 10)

/** Free, or held by who has ended without giving it back. */
const canBeTaken = async (holder: string): Promise<boolean> => {
  if (holder === tokenFree) return true
  const facts = await readProcess(processIdOf(holder))
  return facts === null || facts.zombie || holderName(facts.processId, facts.start) !== holder
}

const inUse = (token: string, holder: string): ShopctlError =>
  new ShopctlError({
    code: 'PLUGIN_CACHE_IN_USE',
    outcome: 'refused',
    what: `Terraform was not initialised: process ${processIdOf(holder)} has kept the plugin cache for itself; nothing was changed.`,
    why: [`waited ${waitMinutes} min for ${join(token, holder)}`],
    fix: [`ps -fp ${processIdOf(holder)}`, `rm -r ${quoteWord(token)}  # only where that is no terraform init`],
  })

type Waiting = {
  readonly signal: AbortSignal
  readonly say: (message: string) => void
  readonly waitMilliseconds?: number
}

const take = async (token: string, mine: string, waiting: Waiting): Promise<void> => {
  const { signal, say, waitMilliseconds = waitMinutes * 60_000 } = waiting
  const deadline = performance.now() + waitMilliseconds
  let told = ''
  for (;;) {
    if (signal.aborted) throw interruption(signal, 'waiting for another terraform init')
    const holder = await readToken(token)
    if (holder === null) await layToken(token)
    else if (await canBeTaken(holder)) {
      if (await moveToken(token, { from: holder, to: mine })) return
    } else {
      if (performance.now() >= deadline) throw inUse(token, holder)
      if (holder !== told) say(`waiting for the terraform init of process ${processIdOf(holder)}`)
      told = holder
      await pause(askAgainMilliseconds)
    }
  }
}

/**
 * One init into a cache at a time, over all processes of the machine: Terraform itself does not see to it. Throws
 * PLUGIN_CACHE_IN_USE (refused) after ten minutes, and INTERRUPTED.
 */
export const withPluginCache = async <Result>(
  directory: string,
  { work, ...waiting }: Waiting & { work: () => Promise<Result> },
): Promise<Result> => {
  await mkdir(directory, { recursive: true })
  const token = join(directory, '.shopctl-init-token')
  const mine = holderName(process.pid, (await readProcess(process.pid))?.start ?? '')
  await take(token, mine, waiting)
  try {
    return await work()
  } finally {
    await moveToken(token, { from: mine, to: tokenFree })
  }
}
