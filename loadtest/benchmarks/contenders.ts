import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommandResult, startCommand } from '../../cli/e2e/running-command.ts'
import { type Images, nameOf, type PeerDeployment, writeChart, writeManifests, writeValues } from './peer-manifests.ts'
import { countSaid, sayRequests } from './request-count.ts'

/** A piece of work from the start of its first program to the end of its last; times as the system's clock has them. */
export type Run = {
  readonly began: number
  readonly ended: number
  readonly code: number
  readonly requests: number
  readonly output: string
}

/** Somebody who can do what shopctl does with the three Deployments. */
export type Contender = {
  readonly name: 'helm' | 'kubectl'
  /** Brings the Deployments to these images and waits until the cluster says that they are. */
  release(images: Images): Promise<Run>
  /** The same with an image that does not come up: waits for a minute, then goes back. */
  releaseBroken(images: Images): Promise<Run>
  rollback(): Promise<Run>
  status(): Promise<Run>
}

export type ContenderRequest = {
  readonly program: string
  readonly deployments: readonly PeerDeployment[]
  readonly namespace: string
  readonly kubeconfig: string
  /** An empty folder of its own: its home and what it reads. */
  readonly directory: string
}

const giveUpAfter = '60s'

type Call = (args: readonly string[]) => Promise<CommandResult>

const callOf = async (request: ContenderRequest): Promise<Call> => {
  const { program, namespace, kubeconfig, directory: cwd } = request
  await mkdir(cwd, { recursive: true })
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: cwd, KUBECONFIG: kubeconfig }
  return (args) =>
    startCommand({ program, args: [...args, '--namespace', namespace, ...sayRequests], cwd, env }, {}).result()
}

/** One call after the other; the worst exit code is the run's. */
const measured = async (calls: readonly (() => Promise<CommandResult>)[]): Promise<Run> => {
  const began = Date.now()
  const results: CommandResult[] = []
  for (const call of calls) results.push(await call())
  const output = results.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('')
  const code = Math.max(...results.map((result) => result.code))
  return { began, ended: Date.now(), code, requests: countSaid(output), output }
}

/** Throws with what was said where it did not end well. */
const well = async (name: string, running: Promise<Run>): Promise<Run> => {
  const run = await running
  if (run.code !== 0) throw new Error(`${name} exited ${run.code}:\n${run.output}`)
  return run
}

const badly = async (name: string, running: Promise<Run>): Promise<Run> => {
  const run = await running
  if (run.code === 0) throw new Error(`${name} took a broken release for a good one:\n${run.output}`)
  return run
}

export const createHelm = async (request: ContenderRequest): Promise<Contender> => {
  const call = await callOf(request)
  const chart = join(request.directory, 'chart')
  const values = join(request.directory, 'values.json')
  await writeChart(chart, request.deployments)
  const upgrade = async (images: Images, ...flags: readonly string[]) => {
    await writeValues(values, images)
    return measured([() => call(['upgrade', '--install', 'shop', chart, '--values', values, ...flags])])
  }
  return {
    name: 'helm',
    release: (images) => well('helm upgrade', upgrade(images, '--wait')),
    releaseBroken: (images) => badly('helm upgrade', upgrade(images, '--atomic', '--timeout', giveUpAfter)),
    rollback: () => well('helm rollback', measured([() => call(['rollback', 'shop', '--wait'])])),
    status: () => well('helm status', measured([() => call(['status', 'shop'])])),
  }
}

export const createKubectl = async (request: ContenderRequest): Promise<Contender> => {
  const call = await callOf(request)
  const file = join(request.directory, 'shop.json')
  const names = request.deployments.map((one) => `deployment/${nameOf(one)}`)
  const apply = () => call(['apply', '--filename', file])
  const waitFor = (timeout: string) =>
    names.map((name) => () => call(['rollout', 'status', name, '--timeout', timeout]))
  const undo = (changed: readonly string[]) => changed.map((name) => () => call(['rollout', 'undo', name]))
  const write = (images: Images) => writeManifests(file, request.deployments, images)
  let last: Images = {}
  return {
    name: 'kubectl',
    async release(images) {
      await write(images)
      last = images
      return well('kubectl apply', measured([apply, ...waitFor('300s')]))
    },
    async releaseBroken(images) {
      await write(images)
      const changed = Object.keys(images).filter((name) => images[name] !== last[name])
      const back = undo(changed.map((name) => `deployment/${name}`))
      return badly('kubectl apply', measured([apply, ...waitFor(giveUpAfter), ...back, ...waitFor('300s')]))
    },
    rollback: () => well('kubectl rollout undo', measured([...undo(names), ...waitFor('300s')])),
    status: () => well('kubectl get', measured([() => call(['get', 'deployments', '--output', 'wide'])])),
  }
}
