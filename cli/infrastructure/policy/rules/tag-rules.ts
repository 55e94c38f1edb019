import { isRecord } from '../../plan/veil.ts'
import type { Rule } from '../rule.ts'

/** I-11: by these cost and owner are found. */
const wanted = ['Project', 'Environment', 'ManagedBy', 'CostCenter'] as const

export const tagRules: readonly Rule[] = [
  {
    id: 'missing-tags',
    severity: 'low',
    exposes: false,
    types: ['*'],
    reads: ['tags'],
    remedy: 'make it with the provider of stacks/aws-stack.ts, whose default tags reach every resource',
    breach: ({ values }) => {
      const { tags, tags_all: all } = values
      const isTaggable = 'tags' in values || 'tags_all' in values
      // With tags of its own, and all of them together known only after apply, nothing can be said.
      if (!isTaggable || (all === undefined && isRecord(tags))) return null
      const found = isRecord(all) ? all : {}
      const missing = wanted.filter((tag) => !found[tag])
      return missing.length === 0 ? null : `It has no ${missing.join(', ')} among its tags.`
    },
  },
]
