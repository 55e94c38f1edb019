import { loggingNamespace, monitoringNamespace } from './add-on-names.ts'

/** StatefulSets whose data is to outlive a pod. */
export const storedParts = ['prometheus', 'alertmanager', 'grafana', 'elasticsearch'] as const
export type StoredPart = (typeof storedParts)[number]

export const storedIn = {
  prometheus: monitoringNamespace,
  alertmanager: monitoringNamespace,
  grafana: monitoringNamespace,
  elasticsearch: loggingNamespace,
} as const satisfies Readonly<Record<StoredPart, string>>

/** A claim of a class, where null is the one that the cluster gives to whoever names none; or nothing that stays. */
export type PartStorage = { readonly kind: 'claim'; readonly storageClass: string | null } | { readonly kind: 'none' }

export type AddOnStorage = Readonly<Record<StoredPart, PartStorage>>

/** The data of a StatefulSet: a claim for each pod, or a folder of the node that grows to so much and ends with the pod. */
export const dataVolume = (storage: PartStorage, size: string) => {
  if (storage.kind === 'none') return { volumes: [{ name: 'data', emptyDir: { sizeLimit: size } }], claims: {} }
  const storageClass = storage.storageClass === null ? {} : { storageClassName: storage.storageClass }
  const spec = { accessModes: ['ReadWriteOnce'], ...storageClass, resources: { requests: { storage: size } } }
  return { volumes: [], claims: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }] } }
}
