import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, httpProbes } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { dataVolume } from '../add-ons/add-on-storage.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'
import { alertmanagerSecretFiles } from './monitoring-secrets.ts'

/** Of the official image. */
const nobody = 65534
const directory = '/etc/alertmanager/'

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'alertmanager',
  ports: [{ name: 'http', port: addOnPorts.alertmanager }],
  service: 'one-address',
  ingress: [{ from: [podsOf('prometheus'), podsOf('grafana')], ports: [tcp(addOnPorts.alertmanager)] }],
  // PagerDuty and Slack; mail by submission.
  egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [tcp(443), tcp(465), tcp(587)] }],
}

/** A StatefulSet: silences and what was already told are to outlive a pod. */
const statefulSet = ({ environment, files, image, storage, secrets }: AddOnRequest) => {
  const size = addOnSizes(environment).alertmanager
  const config = fileConfigMaps(
    { group: part.group, namespace: part.namespace, owner: part.name, files: filesBelow(files, 'alertmanager/') },
    'config',
  )
  const data = dataVolume(storage.alertmanager, size.storage)
  const items = Object.entries(alertmanagerSecretFiles).flatMap(([key, file]) =>
    secrets.monitoring.keys.includes(key) ? [{ key, path: file.slice(directory.length) }] : [],
  )
  const secret = { secret: { name: secrets.monitoring.name, items } }
  // One volume of both: a folder of it cannot be a mount of its own where nothing can be made.
  const volume = {
    ...config.volume,
    projected: { sources: [...(config.volume.projected?.sources ?? []), ...(items.length > 0 ? [secret] : [])] },
  }
  const container = addOnContainer(part, {
    name: part.name,
    image: image('alertmanager'),
    args: [
      `--config.file=${directory}alertmanager.yml`,
      '--storage.path=/alertmanager',
      `--web.listen-address=:${addOnPorts.alertmanager}`,
      // One alone: there is nobody to gossip with.
      '--cluster.listen-address=',
    ],
    size,
    mounts: [
      { name: 'config', mountPath: directory, readOnly: true },
      { name: 'data', mountPath: '/alertmanager' },
    ],
    probes: httpProbes({
      alive: { path: '/-/healthy', port: 'http' },
      ready: { path: '/-/ready', port: 'http' },
      startSeconds: 60,
    }),
  })
  return [
    ...config.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: partMetadata(part),
      spec: {
        serviceName: part.name,
        replicas: 1,
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        template: addOnTemplate(part, {
          user: nobody,
          containers: [container],
          volumes: [volume, ...data.volumes],
          token: 'none',
          graceSeconds: 30,
        }),
        ...data.claims,
      },
    },
  ]
}

export const alertmanagerManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...statefulSet(request),
]
