import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, httpProbes } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of the official image: what it reads of the node is there for all to read. */
const nobody = 65534

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'node-exporter',
  ports: [{ name: 'metrics', port: addOnPorts.nodeExporter }],
  service: 'headless',
  ingress: [{ from: [podsOf('prometheus')], ports: [tcp(addOnPorts.nodeExporter)] }],
  egress: [],
}

/** What pods mount comes and goes, and is in the metrics of the containers. */
const leftOut = '^/(dev|proc|sys|run|var/lib/(containerd|docker|kubelet)/.+)($|/)'

/** Volumes that are mounted later are seen too. Nodes that are containers themselves may not be able to share theirs. */
const propagation = ({ name }: EnvironmentFacts) => (name === 'dev' ? {} : { mountPropagation: 'HostToContainer' })

const daemonSet = ({ environment, image }: AddOnRequest): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: partMetadata(part),
  spec: {
    selector: { matchLabels: { ...addOnSelector(part.name) } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } },
    template: addOnTemplate(part, {
      user: nobody,
      containers: [
        addOnContainer(part, {
          name: part.name,
          image: image('node-exporter'),
          args: [
            '--path.procfs=/host/root/proc',
            '--path.sysfs=/host/root/sys',
            '--path.rootfs=/host/root',
            `--web.listen-address=:${addOnPorts.nodeExporter}`,
            `--collector.filesystem.mount-points-exclude=${leftOut}`,
            '--no-collector.wifi',
          ],
          size: addOnSizes(environment).nodeExporter,
          mounts: [{ name: 'root', mountPath: '/host/root', readOnly: true, ...propagation(environment) }],
          probes: httpProbes({
            alive: { path: '/', port: 'metrics' },
            ready: { path: '/', port: 'metrics' },
            startSeconds: 30,
          }),
        }),
      ],
      volumes: [{ name: 'root', hostPath: { path: '/', type: '' } }],
      token: 'none',
      graceSeconds: 10,
      // Also on nodes that take no other pod.
      more: { tolerations: [{ operator: 'Exists' }] },
    }),
  },
})

export const nodeExporterManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  daemonSet(request),
]
