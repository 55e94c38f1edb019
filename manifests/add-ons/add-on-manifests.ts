import { controllerManifests } from '../ingress-controller/controller-manifests.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { loggingManifests } from '../logging/logging-manifests.ts'
import { monitoringManifests } from '../monitoring/monitoring-manifests.ts'
import type { AddOnGroup, AddOnRequest } from './add-on-request.ts'
import { storageClassManifests } from './storage-class.ts'

const renderers: Readonly<Record<AddOnGroup, (request: AddOnRequest) => readonly KubernetesObject[]>> = {
  monitoring: monitoringManifests,
  logging: loggingManifests,
  ingress: controllerManifests,
}

/** Every object of these groups but their Secrets, in no order that counts; what they share is there once. */
export const addOnManifests = (groups: readonly AddOnGroup[], request: AddOnRequest): readonly KubernetesObject[] => [
  ...(groups.some((group) => group !== 'ingress') ? storageClassManifests(request.environment) : []),
  ...groups.flatMap((group) => renderers[group](request)),
]
