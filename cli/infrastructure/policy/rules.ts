import type { Rule } from './rule.ts'
import { clusterRules } from './rules/cluster-rules.ts'
import { dataRules } from './rules/data-rules.ts'
import { keyAndLogRules } from './rules/key-and-log-rules.ts'
import { networkRules } from './rules/network-rules.ts'
import { permissionRules } from './rules/permission-rules.ts'
import { registryRules } from './rules/registry-rules.ts'
import { secretRules } from './rules/secret-rules.ts'
import { storageRules } from './rules/storage-rules.ts'
import { tagRules } from './rules/tag-rules.ts'

/** Our own rules: judged on every plan, whether a scanner is installed or not. */
export const rules: readonly Rule[] = [
  ...networkRules,
  ...clusterRules,
  ...dataRules,
  ...storageRules,
  ...permissionRules,
  ...keyAndLogRules,
  ...registryRules,
  ...secretRules,
  ...tagRules,
]
