import type { KubernetesObject } from '../kubernetes-object.ts'

export type Rule = {
  /** The sentence that it protects. */
  readonly name: string
  /** What is against it, one line each; nothing where all is well. */
  violations(objects: readonly KubernetesObject[]): readonly string[]
}

export const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`

/** A rule that looks at one object at a time: null where it holds, else what is wrong. */
export const eachObject = (name: string, fault: (object: KubernetesObject) => string | null): Rule => ({
  name,
  violations: (objects) =>
    objects.flatMap((object) => {
      const found = fault(object)
      return found === null ? [] : [`${nameOf(object)}: ${found}`]
    }),
})
