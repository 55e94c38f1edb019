import type { KubernetesObject } from '../kubernetes-object.ts'
import { containerRules } from './container-rules.ts'
import { objectRules } from './object-rules.ts'
import { podRules } from './pod-rules.ts'
import { relationRules } from './relation-rules.ts'
import type { Rule } from './rule.ts'

export const allRules: readonly Rule[] = [...objectRules, ...podRules, ...containerRules, ...relationRules]

export type Violation = { readonly rule: string; readonly violation: string }

export const violationsOf = (objects: readonly KubernetesObject[]): readonly Violation[] =>
  allRules.flatMap(({ name, violations }) => violations(objects).map((violation) => ({ rule: name, violation })))
