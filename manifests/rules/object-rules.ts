import { z } from 'zod'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { shopLabels } from '../labels.ts'
import { isSecretName } from './container-rules.ts'
import { eachObject, nameOf, type Rule } from './rule.ts'

const data = z.object({ data: z.record(z.string(), z.string()).default({}), immutable: z.boolean().optional() })
const budget = z.object({
  spec: z.object({ maxUnavailable: z.number().min(1), minAvailable: z.undefined().optional() }),
})

/** A URL with a password, or a key written out. */
const secretValue = /:\/\/[^\s/:@]+:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY|"d":/

const secretIn = (object: KubernetesObject): string | null => {
  if (object.kind !== 'ConfigMap') return null
  const found = Object.entries(data.parse(object).data).find(
    ([name, text]) => isSecretName(name) || secretValue.test(text),
  )
  return found === undefined ? null : `${found[0]} looks like a secret`
}

export const objectRules: readonly Rule[] = [
  eachObject('every object says what it is part of and who manages it', ({ metadata }) => {
    const missing = Object.entries(shopLabels).filter(([name, value]) => metadata.labels?.[name] !== value)
    return missing.length === 0 ? null : `has no ${missing.map(([name]) => name).join(', no ')}`
  }),
  eachObject('every object says its namespace', ({ kind, metadata }) =>
    kind === 'Namespace' || metadata.namespace !== undefined ? null : 'has no namespace',
  ),
  eachObject('names are ones that Kubernetes takes', ({ metadata: { name } }) =>
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) ? null : 'is no DNS label',
  ),
  eachObject('settings never change under a release', (object) => {
    if (object.kind !== 'ConfigMap' && object.kind !== 'Secret') return null
    if (data.parse(object).immutable !== true) return 'can be changed'
    return /-[0-9a-f]{10}$/.test(object.metadata.name) ? null : 'is not named by its content'
  }),
  eachObject('a ConfigMap holds no secret', secretIn),
  eachObject('no Secret is among the manifests', ({ kind }) =>
    kind === 'Secret' ? 'would be recorded in plain' : null,
  ),
  eachObject('a disruption budget lets a node be emptied', (object) =>
    object.kind !== 'PodDisruptionBudget' || budget.safeParse(object).success ? null : 'can block',
  ),
  eachObject('a namespace takes restricted pods only', ({ kind, metadata }) =>
    kind !== 'Namespace' || metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted'
      ? null
      : 'takes others',
  ),
  {
    name: 'no two objects have one name',
    violations: (objects) => {
      const names = objects.map((object) => `${nameOf(object)} in ${object.metadata.namespace ?? 'the cluster'}`)
      return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
    },
  },
]
