import { z } from 'zod'
import type { KubeClient } from '../../platforms/kubernetes/kube-client.ts'
import { eventually } from './cluster-shop.ts'

const reportSchema = z.object({ requests: z.int(), failures: z.array(z.string()) })
export type InsideReport = z.infer<typeof reportSchema>

export type InsideClient = {
  report(): Promise<InsideReport>
  /** Resolves when it has asked this much more: what is looked at came after what happened. */
  askMore(requests: number): Promise<InsideReport>
}

type Place = { readonly kube: KubeClient; readonly namespace: string; readonly image: string }

const name = 'e2e-client'
const labels = { app: name }

/** Keeps its connections, as any client inside of a cluster does, and says all that it knows every half second. */
const script = `
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
const agent = new Agent({ keepAlive: true })
const report = { requests: 0, failures: [] }
const ask = (url) => new Promise((resolve, reject) => {
  const asked = request(url, { agent, signal: AbortSignal.timeout(10000) }, (answer) => {
    answer.on('error', reject).on('end', () => resolve(answer.statusCode)).resume()
  })
  asked.on('error', reject).end()
})
const work = async (url) => {
  for (;;) {
    const at = new Date().toISOString()
    report.requests += 1
    await ask(url).then(
      (status) => status === 200 || report.failures.push(at + ' ' + url + ' answered ' + status),
      (error) => report.failures.push(at + ' ' + url + ': ' + error))
    await pause(50)
  }
}
for (const url of process.argv.slice(1)) work(url)
setInterval(() => console.log(JSON.stringify(report)), 500)
process.on('SIGTERM', () => process.exit(0))
`

const pod = ({ namespace, image }: Place, urls: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'client',
        image,
        command: ['/nodejs/bin/node', '--input-type=module', '-e', script, '--', ...urls],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
})

/** The shop lets nobody in who is not named; policies add up. */
const wayIn = ({ namespace }: Place) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: { matchLabels: labels } }] }] },
})

const wayOut = ({ namespace }: Place) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `${name}-out`, namespace },
  spec: { podSelector: { matchLabels: labels }, policyTypes: ['Egress'], egress: [{}] },
})

/** A pod in the shop's namespace that asks these addresses without end. It goes with the namespace. */
export const startInsideClient = async (place: Place, urls: readonly string[]): Promise<InsideClient> => {
  const { kube, namespace } = place
  const deadline = () => AbortSignal.timeout(30_000)
  for (const object of [wayIn(place), wayOut(place), pod(place, urls)]) await kube.create(object, deadline())
  const read = async (): Promise<InsideReport | null> => {
    const text = await kube.logs({ namespace, pod: name, tailLines: 1 }, deadline()).catch(() => '')
    return text === '' ? null : reportSchema.parse(JSON.parse(text))
  }
  const report: InsideClient['report'] = () => eventually('the client inside reported', read)
  const askMore: InsideClient['askMore'] = async (requests) => {
    const before = await report()
    return eventually(`the client inside asked ${requests} times more`, async () => {
      const now = await report()
      return now.requests >= before.requests + requests ? now : null
    })
  }
  await askMore(1)
  return { report, askMore }
}
