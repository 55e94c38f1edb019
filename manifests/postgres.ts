import type { V1StatefulSet } from '@kubernetes/client-node'
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

export const superuserPasswordKey = 'POSTGRES_PASSWORD'
export const initScriptKey = 'databases.sql'
export const postgresPort = 5432

/** `nobody`: initdb wants a user that /etc/passwd knows, and every image knows this one. */
const user = 65534
const directory = '/var/lib/postgresql/data'

const container = ({ images, secret }: FoundationRequest) => ({
  name: 'postgres',
  image: images.postgres,
  imagePullPolicy: 'IfNotPresent',
  env: [
    { name: superuserPasswordKey, valueFrom: { secretKeyRef: { name: secret, key: superuserPasswordKey } } },
    // A volume's own `lost+found` would be in the way.
    { name: 'PGDATA', value: `${directory}/pgdata` },
  ],
  ports: [{ name: 'postgres', containerPort: postgresPort, protocol: 'TCP' }],
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  securityContext: foundationSecurity,
  ...foundationProbes('postgres'),
  terminationMessagePolicy: 'FallbackToLogsOnError',
  volumeMounts: [
    { name: 'data', mountPath: directory },
    { name: 'databases', mountPath: '/docker-entrypoint-initdb.d', readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'socket', mountPath: '/var/run/postgresql' },
  ],
})

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
}

const statefulSet = (request: FoundationRequest) => {
  const { namespace, storage, secret } = request
  const labels = { ...foundationLabels('postgres') }
  const init = { secretName: secret, defaultMode: 0o440, items: [{ key: initScriptKey, path: initScriptKey }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'postgres', namespace, labels },
    spec: {
      serviceName: 'postgres',
      replicas: 1,
      selector: { matchLabels: { ...foundationSelector('postgres') } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'postgres',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity(user),
          containers: [container(request)],
          // SIGTERM lets sessions end by themselves, and the services' do not.
          terminationGracePeriodSeconds: 10,
          volumes: [
            { name: 'databases', secret: init },
            { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
            { name: 'socket', emptyDir: { sizeLimit: '1Mi' } },
            ...(storage === 'none' ? [{ name: 'data', emptyDir: { sizeLimit: '2Gi' } }] : []),
          ],
        },
      },
      ...(storage === 'claim' ? { volumeClaimTemplates: [claim] } : {}),
    },
  } satisfies V1StatefulSet
}

export const postgresManifests = (request: FoundationRequest): readonly KubernetesObject[] => [
  ...foundationSurroundings({ name: 'postgres', namespace: request.namespace, port: postgresPort }),
  statefulSet(request),
]
