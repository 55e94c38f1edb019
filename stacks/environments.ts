/** The environments' facts. Imports nothing. The Kubernetes platform's issue adds dev, staging and prod. */

export const environmentNames = ['local'] as const
export type EnvironmentName = (typeof environmentNames)[number]

export type EnvironmentFacts = {
  readonly name: EnvironmentName
  readonly platform: 'local' | 'kubernetes'
  /** Whether a command that takes something away (rollback, down) asks a person before it does. */
  readonly confirm: 'ask' | 'go-ahead'
  /** Plain settings of every service here, by the name of the environment variable. Never a secret. */
  readonly settings: Readonly<Record<string, string>>
}

export const environments: Readonly<Record<EnvironmentName, EnvironmentFacts>> = {
  local: {
    name: 'local',
    platform: 'local',
    confirm: 'ask',
    settings: {},
  },
}
