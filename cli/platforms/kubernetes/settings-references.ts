import type { ParsedPod } from './pod-schema.ts'

/** A ConfigMap or Secret without which a pod does not start, and the key that it wants of it. */
export type SettingsReference = {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly key: string | null
}

type Source = { readonly name: string; readonly optional: boolean; readonly key?: string }

const required = (kind: SettingsReference['kind'], source: Source | undefined): readonly SettingsReference[] =>
  source === undefined || source.optional ? [] : [{ kind, name: source.name, key: source.key ?? null }]

/** Everything that a pod cannot start without. */
export const settingsReferences = ({ spec }: ParsedPod): readonly SettingsReference[] => [
  ...[...spec.initContainers, ...spec.containers].flatMap(({ env, envFrom }) => [
    ...envFrom.flatMap((from) => [...required('ConfigMap', from.configMapRef), ...required('Secret', from.secretRef)]),
    ...env.flatMap(({ valueFrom }) => [
      ...required('ConfigMap', valueFrom?.configMapKeyRef),
      ...required('Secret', valueFrom?.secretKeyRef),
    ]),
  ]),
  ...spec.volumes.flatMap(({ secret, configMap }) => [
    ...required('ConfigMap', configMap),
    ...required('Secret', secret === undefined ? undefined : { name: secret.secretName, optional: secret.optional }),
  ]),
]

export const describeReference = ({ kind, name, key }: SettingsReference): string =>
  key === null ? `${kind} ${name}` : `key ${key} of ${kind} ${name}`
