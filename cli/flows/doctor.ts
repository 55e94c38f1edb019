import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toType } from '../errors/to-type.ts'
import type { Finding } from '../platforms/finding.ts'
import { findProgram } from '../platforms/local/find-program.ts'
import { isFree, type PortOwner, portOwner } from '../platforms/local/ports.ts'
import { statePaths } from '../platforms/local/state-paths.ts'
import { runTool } from '../tools/run-tool.ts'
import { type RunTool, renderToolCall } from '../tools/tool-call.ts'

export type { Finding }

export type DoctorRequest = {
  readonly repository: string
  readonly port: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly nodeVersion: string
  readonly platform: NodeJS.Platform
  readonly run?: RunTool
  readonly signal: AbortSignal
}

const wantedNode = 24
const wantedFreeBytes = 2 * 1024 ** 3
const versionTimeoutSeconds = 10

const fine = (name: string, found: string): Finding => ({ name, state: 'fine', found, fix: null })

const install = (name: string, platform: NodeJS.Platform): string =>
  platform === 'darwin' ? `brew install ${name}` : `sudo apt-get install -y ${name}`

type Program = {
  readonly name: string
  readonly args: readonly string[]
  readonly package: string
  readonly without: string | null
}

const programs: readonly Program[] = [
  { name: 'npm', args: ['--version'], package: 'npm', without: null },
  { name: 'git', args: ['--version'], package: 'git', without: null },
  {
    name: 'redis-server',
    args: ['--version'],
    package: 'redis-server',
    without: 'each service caches for itself and events go through PostgreSQL',
  },
  {
    name: 'docker',
    args: ['version', '--format', '{{.Server.Version}}'],
    package: 'docker.io',
    without: 'the local environment needs none; images cannot be loaded into a local engine',
  },
]

const checkProgram = async (
  program: Program,
  { environment, platform, run = runTool, signal }: DoctorRequest,
): Promise<Finding> => {
  const { name, args, without } = program
  const state = without === null ? 'missing' : 'without'
  const path = await findProgram(name, environment.PATH)
  const consequence = without === null ? '' : `: ${without}`
  if (path === null) return { name, state, found: `not on PATH${consequence}`, fix: install(program.package, platform) }
  const call = { program: path, args, timeoutSeconds: versionTimeoutSeconds }
  const { exitCode, stdout, stderr } = await run(call, signal)
  const said =
    (exitCode === 0 ? stdout : stderr || stdout)
      .trim()
      .split('\n')
      .at(exitCode === 0 ? 0 : -1) ?? ''
  if (exitCode === 0) return fine(name, `${said} (${path})`)
  return { name, state, found: `${said}${consequence}`, fix: renderToolCall(call) }
}

const checkNode = ({ nodeVersion }: DoctorRequest): Finding => {
  const major = Number.parseInt(nodeVersion.replace('v', ''), 10)
  if (major >= wantedNode) return fine('node', nodeVersion)
  return {
    name: 'node',
    state: 'missing',
    found: `${nodeVersion} is older than ${wantedNode}`,
    fix: 'npm install --no-save',
  }
}

const stateOf = ({ repository, environment }: Pick<DoctorRequest, 'repository' | 'environment'>) =>
  statePaths({ repository, environment: 'local', variables: environment })

const ownedBy = (owner: PortOwner | null): string =>
  owner === null ? 'taken by a process of another user' : `taken by process ${owner.processId}: ${owner.command}`

const checkPort = async ({ port, ...place }: DoctorRequest): Promise<Finding> => {
  const name = `port ${port}`
  if (await isFree(port)) return fine(name, 'free')
  const owner = await portOwner(port)
  // The front door runs a bundle out of the state directory.
  if (owner?.command.includes(stateOf(place).bundles)) return fine(name, `the shop itself (process ${owner.processId})`)
  return { name, state: 'missing', found: ownedBy(owner), fix: toType(`deploy --env local --port ${port + 1}`) }
}

/** The nearest folder that is there: the state directory is made by the first deploy. */
const existing = async (path: string): Promise<string> =>
  access(path).then(
    () => path,
    () => (dirname(path) === path ? path : existing(dirname(path))),
  )

const checkState = async (request: DoctorRequest): Promise<readonly Finding[]> => {
  const stateDirectory = stateOf(request).root
  const folder = await existing(stateDirectory)
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  const gigabytes = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free`
  const disk: Finding =
    freeBytes >= wantedFreeBytes
      ? fine('disk', gigabytes)
      : { name: 'disk', state: 'missing', found: `${gigabytes}, 2 GB are wanted`, fix: `df -h ${folder}` }
  const writable: Finding = await access(folder, constants.W_OK | constants.X_OK).then(
    () => fine('state', `${stateDirectory} can be written`),
    (error: unknown) => ({
      name: 'state',
      state: 'missing' as const,
      found: error instanceof Error ? error.message : String(error),
      fix: `ls -ld ${folder}`,
    }),
  )
  return [disk, writable]
}

/** Looks at everything that the local environment stands on and changes nothing. */
export const doctor = async (request: DoctorRequest): Promise<readonly Finding[]> => {
  const [found, port, state] = await Promise.all([
    Promise.all(programs.map((program) => checkProgram(program, request))),
    checkPort(request),
    checkState(request),
  ])
  return [checkNode(request), ...found, port, ...state]
}
