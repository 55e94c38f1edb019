import type { KubernetesObject } from '../../kubernetes-object.ts'
import { nameOf } from '../rule.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const place = (object: unknown, keys: readonly string[]): Record<string, unknown> => {
  const found = keys.reduce((value, key) => (isBranch(value) ? value[key] : undefined), object)
  if (!isBranch(found)) throw new Error(`there is nothing at ${keys.join('.')}`)
  return found
}

export type Change = {
  /** `Deployment/user-management`. */
  readonly object: string
  /** `spec.template.spec.containers.0.image`; a dot in a key is written `\.`. */
  readonly path: string
  /** Left out: the place is emptied. */
  readonly value?: Json
}

/** The same objects but for one place, which must be there. */
export const broken = (objects: readonly KubernetesObject[], { object, path, value }: Change): KubernetesObject[] => {
  const copies = structuredClone(objects)
  const target = copies.find((copy) => nameOf(copy) === object)
  if (target === undefined) throw new Error(`there is no ${object}`)
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))
  const parent = place(target, keys.slice(0, -1))
  const last = keys.at(-1) ?? ''
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return [...copies]
}
