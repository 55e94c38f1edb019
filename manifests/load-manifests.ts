import type { V1ConfigMap, V1Job } from '@kubernetes/client-node'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { shopLabels } from './labels.ts'
import { type EgressRule, podsOf, tcp } from './network-policy.ts'
import { containerSecurity, nonRoot, podSecurity } from './pod-security.ts'
import { kubernetesFacts, workload } from './workload.ts'

export type LoadRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  /** Names all that is made for it: lower case and digits. */
  readonly run: string
  readonly workers: number
  /** One of the release that runs, which the nodes have: of it only Node is used. */
  readonly image: string
  /** After which the cluster ends it, whoever is there. */
  readonly deadlineSeconds: number
  /** So long customers may take to remove what they have made, once their worker is to end. */
  readonly cleanUpSeconds: number
}

/** Of a worker's own loopback, where its coordinator comes to it. */
export const loadWorkerPort = 7_331

export const loadName = (run: string): string => `load-${run}`

const runLabel = 'shopctl.dev/load-run'
const labelsOf = (run: string) => ({ 'app.kubernetes.io/name': 'load-worker', ...shopLabels, [runLabel]: run })
const metadataOf = ({ namespace, run }: LoadRequest) => ({ name: loadName(run), namespace, labels: labelsOf(run) })

const programFile = 'worker.mjs.gz'
const programDirectory = '/load'

/** A ConfigMap holds a mebibyte, and the program is more: it comes packed. */
const unpackAndRun = [
  "import { readFileSync, writeFileSync } from 'node:fs'",
  "import { gunzipSync } from 'node:zlib'",
  `writeFileSync('/tmp/worker.mjs', gunzipSync(readFileSync('${programDirectory}/${programFile}')))`,
  "await import('file:///tmp/worker.mjs')",
].join(';')

const keptSeconds = 60
/** To tell the coordinator what came of it, after the last customer has left. */
const tellSeconds = 15

/** From being told to end to being killed. */
export const loadGraceSeconds = ({ cleanUpSeconds }: Pick<LoadRequest, 'cleanUpSeconds'>): number =>
  Math.ceil(cleanUpSeconds) + tellSeconds

/** From the start of a run to when nothing is left of it in the cluster, also where nobody takes it away. */
export const loadGoneSeconds = (request: LoadRequest): number =>
  request.deadlineSeconds + loadGraceSeconds(request) + keptSeconds

/** One pod for each part of a load run. When it has ended, or nobody leads it any more, it goes by itself. */
export const loadJob = (request: LoadRequest) => {
  const { workers, image, deadlineSeconds, run } = request
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(request),
    spec: {
      completionMode: 'Indexed',
      completions: workers,
      parallelism: workers,
      // A part that died cannot be repeated. The others still remove what their customers have made: without a number
      // of parts that may fail (maxFailedIndexes) the Job ends none of them.
      backoffLimitPerIndex: 0,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: { labels: labelsOf(run) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: loadGraceSeconds(request),
          securityContext: podSecurity(nonRoot),
          containers: [
            {
              name: 'load',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['/nodejs/bin/node', '--input-type=module', '--eval', unpackAndRun],
              env: [{ name: 'LOAD_WORKER_PORT', value: String(loadWorkerPort) }],
              // A generator is one thread.
              resources: { requests: { cpu: '250m', memory: '192Mi' }, limits: { cpu: '1', memory: '1Gi' } },
              securityContext: { ...containerSecurity, capabilities: { drop: ['ALL'] } },
              volumeMounts: [
                { name: 'program', mountPath: programDirectory, readOnly: true },
                { name: 'tmp', mountPath: '/tmp' },
              ],
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
          volumes: [
            { name: 'program', configMap: { name: loadName(run) } },
            { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
          ],
        },
      },
    },
  } satisfies V1Job
}

export const loadPodSelector = (run: string): string => `${runLabel}=${run}`

/** Of the Job, so that they go with it. */
type Owner = { readonly uid: string }
const ownedBy = ({ uid }: Owner, { run }: LoadRequest) => ({
  ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: loadName(run), uid }],
})

/** The workers' program, packed. */
export const loadProgram = (
  request: LoadRequest,
  { owner, packed }: { readonly owner: Owner; readonly packed: Uint8Array },
) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadataOf(request), ...ownedBy(owner, request) },
    immutable: true,
    binaryData: { [programFile]: Buffer.from(packed).toString('base64') },
  }) satisfies V1ConfigMap

/** To the shop's front door and nowhere else; names are found by a policy for all. */
export const loadPolicy = (request: LoadRequest, owner: Owner): KubernetesObject => {
  const { environment, run } = request
  const door: EgressRule =
    kubernetesFacts(environment).entry.kind === 'edge'
      ? { to: [podsOf('edge')], ports: [tcp(workload('edge').port)] }
      : { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [tcp(443)] }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { ...metadataOf(request), ...ownedBy(owner, request) },
    spec: {
      podSelector: { matchLabels: { [runLabel]: run } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [door],
    },
  }
}

/** Where pods find the shop: from inside a tunnel of this machine leads nowhere. */
export const loadTarget = ({ environment, namespace }: Pick<LoadRequest, 'environment' | 'namespace'>): string => {
  const { entry } = kubernetesFacts(environment)
  if (entry.kind === 'ingress') return `https://${entry.host}`
  const { longName, port } = workload('edge')
  return `http://${longName}.${namespace}.svc:${port}`
}
