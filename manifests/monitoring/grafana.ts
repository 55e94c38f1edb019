import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { podsIn } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, httpProbes, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { dataVolume } from '../add-ons/add-on-storage.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'
import { grafanaPasswordKey } from './monitoring-secrets.ts'

/** Of the official image. */
const grafanaUser = 472

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'grafana',
  ports: [{ name: 'http', port: addOnPorts.grafana }],
  service: 'one-address',
  // People come through the API server; a load balancer before it would need a login worth the name.
  ingress: [{ from: [podsOf('prometheus')], ports: [tcp(addOnPorts.grafana)] }],
  egress: [
    { to: [podsOf('prometheus')], ports: [tcp(addOnPorts.prometheus)] },
    { to: [podsOf('alertmanager')], ports: [tcp(addOnPorts.alertmanager)] },
    { to: [podsIn(loggingNamespace, 'elasticsearch')], ports: [tcp(addOnPorts.elasticsearch)] },
  ],
}

const plain = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PATHS_PROVISIONING: '/etc/grafana/provisioning',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_USERS_ALLOW_SIGN_UP: 'false',
} as const

/**
 * A StatefulSet: its database has annotations and accounts for programs, and takes one writer. Dashboards are changed in
 * the repository.
 */
const statefulSet = ({ environment, files, image, secrets, storage }: AddOnRequest) => {
  const size = addOnSizes(environment).grafana
  const data = dataVolume(storage.grafana, size.storage)
  const of = { group: part.group, namespace: part.namespace }
  const dashboards = fileConfigMaps(
    { ...of, owner: 'grafana-dashboards', files: filesBelow(files, 'grafana/dashboards/') },
    'dashboards',
  )
  const provisioning = fileConfigMaps(
    { ...of, owner: 'grafana-provisioning', files: filesBelow(files, 'grafana/provisioning/') },
    'provisioning',
  )
  const password = {
    name: 'GF_SECURITY_ADMIN_PASSWORD',
    valueFrom: { secretKeyRef: { name: secrets.monitoring.name, key: grafanaPasswordKey } },
  }
  const container = addOnContainer(part, {
    name: part.name,
    image: image('grafana'),
    args: [],
    size,
    env: [...Object.entries(plain).map(([name, value]) => ({ name, value })), password],
    mounts: [
      { name: 'provisioning', mountPath: plain.GF_PATHS_PROVISIONING, readOnly: true },
      { name: 'dashboards', mountPath: '/var/lib/grafana/dashboards', readOnly: true },
      { name: 'data', mountPath: '/var/lib/grafana' },
      { name: 'logs', mountPath: '/var/log/grafana' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    probes: httpProbes({
      alive: { path: '/api/health', port: 'http' },
      ready: { path: '/api/health', port: 'http' },
      startSeconds: 180,
    }),
  })
  return [
    ...dashboards.objects,
    ...provisioning.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: partMetadata(part),
      spec: {
        serviceName: part.name,
        replicas: 1,
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        template: addOnTemplate(part, {
          user: grafanaUser,
          containers: [container],
          volumes: [
            dashboards.volume,
            provisioning.volume,
            scratch('logs', '64Mi'),
            scratch('tmp', '64Mi'),
            ...data.volumes,
          ],
          token: 'none',
          graceSeconds: 30,
        }),
        ...data.claims,
      },
    },
  ]
}

export const grafanaManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...statefulSet(request),
]
