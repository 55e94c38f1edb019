import type { InstallationFacts } from './installations.ts'
import { environmentsOn } from './namespaces.ts'

/**
 * Below what names the secrets of an installation lie: its own first, and those of every environment that stands on it.
 * They share its key, server and rotation function, though Terraform makes the first ones only.
 */
export const secretPrefixesOn = (facts: InstallationFacts): readonly string[] => {
  const prefixes = environmentsOn(facts).flatMap(({ kubernetes }) => kubernetes?.secrets?.prefix ?? [])
  return [...new Set([`shop/${facts.name}/`, ...prefixes])]
}
