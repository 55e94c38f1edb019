import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ClusterShop, eventually } from '../../cli/e2e/cluster/cluster-shop.ts'
import { listAll } from '../../cli/e2e/cluster/test-cluster.ts'
import type { RunningCommand } from '../../cli/e2e/running-command.ts'
import { eventSchema, type ShopctlEvent } from '../../cli/output/events.ts'
import { workload } from '../../manifests/workload.ts'
import type { Run } from './contenders.ts'
import { type Images, imageOf, nameOf, type PeerDeployment, parsePeerDeployment } from './peer-manifests.ts'
import { countingVariables, takeCount } from './request-count.ts'
import { shopServices } from './shop-changes.ts'

export type ShopRun = Run & { readonly events: readonly ShopctlEvent[] }

const names: ReadonlySet<string> = new Set(shopServices.map((service) => workload(service).longName))

/** The three services' Deployments as the cluster has them. */
export const deploymentsOf = async ({ kube, namespace }: ClusterShop): Promise<readonly PeerDeployment[]> => {
  const all = await listAll(kube, { apiVersion: 'apps/v1', kind: 'Deployment', namespace })
  return all.filter(({ metadata }) => names.has(metadata.name)).map(parsePeerDeployment)
}

export const imagesOf = (deployments: readonly PeerDeployment[]): Images =>
  Object.fromEntries(deployments.map((deployment) => [nameOf(deployment), imageOf(deployment)]))

/** Takes the Deployments away and leaves what they stand on. */
export const removeDeployments = async ({ kube, namespace, pods }: ClusterShop): Promise<void> => {
  const signal = AbortSignal.timeout(30_000)
  for (const name of names) await kube.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace }, signal)
  await eventually('went the pods', async () => (await pods()).every(({ service }) => service === 'edge'))
}

const readEvents = async (file: string): Promise<readonly ShopctlEvent[]> => {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').filter(Boolean)
  return z.array(eventSchema).parse(lines.map((line) => JSON.parse(line)))
}

export type ShopRunRequest = {
  readonly words: readonly string[]
  readonly exitCode: number
  /** What is done while it runs. */
  readonly meanwhile?: (running: RunningCommand) => Promise<void>
}

/** One command of shopctl in the shop's environment, with its events and its requests counted. */
export const runShop = async (shop: ClusterShop, request: ShopRunRequest): Promise<ShopRun> => {
  const { words, exitCode, meanwhile } = request
  const [events, count] = ['events.jsonl', 'requests.txt'].map((name) => join(shop.root, '..', name))
  if (events === undefined || count === undefined) throw new Error('no files')
  const args = [...words, '--env', shop.environment, '--ui', 'plain', '--events', events]
  const began = Date.now()
  const running = shop.start(args, { env: countingVariables({ server: shop.kube.server, file: count }) })
  await meanwhile?.(running)
  const { code, stdout, stderr } = await running.result()
  const ended = Date.now()
  const output = `${stdout}${stderr}`
  if (code !== exitCode) throw new Error(`${words.join(' ')} exited ${code} instead of ${exitCode}:\n${output}`)
  return { began, ended, code, output, requests: await takeCount(count), events: await readEvents(events) }
}

/** When shopctl said that a service is unhealthy; not a number where it never did. */
export const timeOfVerdict = ({ events }: ShopRun, service: string): number => {
  const verdict = events.find(
    (event) => event.type === 'health.changed' && event.service === service && event.state === 'unhealthy',
  )
  return Date.parse(verdict?.time ?? '')
}

/** How long the last step of this name took, in milliseconds. */
export const stepTook = ({ events }: ShopRun, step: string): number => {
  const finished = events.findLast((event) => event.type === 'step.finished' && event.step === step)
  return finished?.type === 'step.finished' ? finished.milliseconds : Number.NaN
}
