import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startCommand } from '../../cli/e2e/running-command.ts'
import { onPath } from './on-path.ts'

/** A program to compare with, or why there is none. */
export type Peer = { readonly program: string; readonly version: string } | { readonly skipped: string }

const helmModule = 'helm.sh/helm/v3/cmd/helm@latest'

const environment = (changes: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const known = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(known), ...changes }
}

/** What a program printed; throws with it where it did not exit 0. */
const answerOf = async (words: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}) => {
  const [program, ...args] = words
  // From the root, since a go.mod in the working directory would be heard.
  const result = await startCommand({ program, args, cwd: '/', env: environment(env) }, {}).result()
  if (result.code !== 0) throw new Error(`${words.join(' ')} exited ${result.code}: ${result.stderr.trim()}`)
  return result.stdout.trim()
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const inLine = (error: unknown): string => messageOf(error).replaceAll(/\s+/g, ' ')

const asPeer = async (program: string, versionWords: readonly string[]): Promise<Peer> => {
  try {
    const said = await answerOf([program, ...versionWords])
    return { program, version: /v\d+[.\d]*/.exec(said)?.[0] ?? said }
  } catch (error) {
    return { skipped: inLine(error) }
  }
}

/** Minutes the first time; then it is there. */
const buildHelm = async (directory: string): Promise<Peer> => {
  const go = onPath('go')
  if (go === null) return { skipped: 'helm is not on PATH and there is no Go to build it with' }
  process.stderr.write(`building ${helmModule} with ${await answerOf([go, 'version'])}; this takes minutes, once\n`)
  await mkdir(directory, { recursive: true })
  try {
    await answerOf(['nice', go, 'install', helmModule], { GOBIN: directory })
  } catch (error) {
    return { skipped: `it could not be built: ${inLine(error)}` }
  }
  return asPeer(join(directory, 'helm'), ['version', '--short'])
}

/** Helm 3 from PATH, or built into the directory by the Go of this machine. */
export const findHelm = async (directory: string): Promise<Peer> => {
  const built = join(directory, 'helm')
  const program = onPath('helm') ?? (existsSync(built) ? built : null)
  return program === null ? buildHelm(directory) : asPeer(program, ['version', '--short'])
}

export const findKubectl = async (): Promise<Peer> => {
  const program = onPath('kubectl')
  return program === null ? { skipped: 'kubectl is not on PATH' } : asPeer(program, ['version', '--client'])
}
