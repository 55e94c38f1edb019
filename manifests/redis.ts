import type { V1Deployment } from '@kubernetes/client-node'
import {
  foundationLabels,
  foundationProbes,
  foundationSecurity,
  foundationSelector,
  foundationSurroundings,
} from './foundation-parts.ts'
import type { FoundationRequest } from './foundation-request.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { podSecurity } from './pod-security.ts'

export const redisPort = 6379

/** `redis` of the official image; the number is enough for it. */
const user = 999

/** A cache: nothing is written to disk. What has no end of its own is never pushed out. */
const command = [
  ...['redis-server', '--protected-mode', 'no', '--bind', '*', '-::*', '--port', String(redisPort)],
  ...['--save', '', '--appendonly', 'no', '--maxmemory', '96mb', '--maxmemory-policy', 'volatile-lru'],
]

const deployment = ({ namespace, images }: FoundationRequest) => {
  const labels = { ...foundationLabels('redis') }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'redis', namespace, labels },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: { ...foundationSelector('redis') } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'redis',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity(user),
          containers: [
            {
              name: 'redis',
              image: images.redis,
              imagePullPolicy: 'IfNotPresent',
              command,
              workingDir: '/tmp',
              ports: [{ name: 'redis', containerPort: redisPort, protocol: 'TCP' }],
              resources: { requests: { cpu: '25m', memory: '32Mi' }, limits: { cpu: '250m', memory: '160Mi' } },
              securityContext: foundationSecurity,
              ...foundationProbes('redis'),
              terminationMessagePolicy: 'FallbackToLogsOnError',
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
          terminationGracePeriodSeconds: 5,
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
        },
      },
    },
  } satisfies V1Deployment
}

export const redisManifests = (request: FoundationRequest): readonly KubernetesObject[] => [
  ...foundationSurroundings({ name: 'redis', namespace: request.namespace, port: redisPort }),
  deployment(request),
]
