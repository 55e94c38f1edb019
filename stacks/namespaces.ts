import { type EnvironmentFacts, environments } from './environments.ts'
import type { InstallationFacts } from './installations.ts'

/** The environments that stand on an installation. */
export const environmentsOn = ({ name }: InstallationFacts): readonly EnvironmentFacts[] =>
  Object.values(environments).filter(({ installation }) => installation === name)

/** Namespace of the environment that has the installation's own name; the buckets and secrets are first of all its. */
export const homeNamespace = ({ name }: InstallationFacts): string =>
  environments[name].kubernetes?.namespace ?? `ecommerce-${name}`

/** An installation on which none stands yet is made for the environment of its name. */
export const namespacesOn = (facts: InstallationFacts): readonly string[] => {
  const namespaces = environmentsOn(facts).flatMap(({ kubernetes }) => kubernetes?.namespace ?? [])
  return [...new Set([homeNamespace(facts), ...namespaces])]
}
