import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { interruption } from '../../errors/interruption.ts'
import { readProcess } from '../../tools/process-facts.ts'
import type { TerraformVariables } from './terraform-environment.ts'

const askAgainMilliseconds = 100

/** The provider is 707 MB: once for the machine and not once for each stack. The person's own place goes first. */
export const pluginCacheOf = ({ TF_PLUGIN_CACHE_DIR, XDG_CACHE_HOME, HOME }: TerraformVariables): string =>
  TF_PLUGIN_CACHE_DIR || join(XDG_CACHE_HOME || join(HOME || homedir(), '.cache'), 'shopctl', 'terraform-plugins')

const take = async (lock: string, text: string): Promise<boolean> => {
  try {
    const file = await open(lock, 'wx', 0o600)
    await file.writeFile(text)
    await file.close()
    return true
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Whoever wrote it has ended without taking it away. An empty one is about to be written. */
const isAbandoned = async (lock: string): Promise<boolean> => {
  const [processId = '', start] = (await readFile(lock, 'utf8').catch(() => '')).split(' ')
  if (processId === '') return false
  return (await readProcess(Number(processId)))?.start !== start
}

/** One init into a cache at a time, over all processes of the machine: Terraform itself does not see to it. */
export const withPluginCache = async <Result>(
  directory: string,
  { signal, work }: { signal: AbortSignal; work: () => Promise<Result> },
): Promise<Result> => {
  await mkdir(directory, { recursive: true })
  const lock = join(directory, '.shopctl-init')
  const text = `${process.pid} ${(await readProcess(process.pid))?.start}`
  while (!(await take(lock, text))) {
    if (signal.aborted) throw interruption(signal, 'waiting for another terraform init')
    if (await isAbandoned(lock)) await rm(lock, { force: true })
    else await pause(askAgainMilliseconds)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}
