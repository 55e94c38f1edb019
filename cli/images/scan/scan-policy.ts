import type { Severity } from '../../releases/scan-record.ts'

export const scanKinds = ['image', 'fs', 'config', 'secrets'] as const
export type ScanKind = (typeof scanKinds)[number]

/** What stops a deploy, by kind of finding. */
export type ScanPolicy = {
  readonly vulnerabilities: {
    readonly block: readonly Severity[]
    /** `only-with-a-fix`: what nobody can mend by an upgrade yet does not stop. */
    readonly when: 'always' | 'only-with-a-fix'
  }
  readonly misconfigurations: { readonly block: readonly Severity[] }
  readonly secrets: { readonly block: readonly Severity[] }
  /** Goal beside the gate; waived and suppressed findings count too. Missing it is said and stops nothing. */
  readonly target: { readonly highAtMost: number; readonly criticalAtMost: number }
  /** A verdict from an older vulnerability database is said to be one. */
  readonly databaseMaximumAgeDays: number
}

const everySeverity = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'] as const

/**
 * A vulnerability without a fix blocks too: it takes a waiver with a reason and an end, so that somebody has looked at
 * it and will look again.
 */
const strict: ScanPolicy = {
  vulnerabilities: { block: ['CRITICAL', 'HIGH'], when: 'always' },
  misconfigurations: { block: ['CRITICAL', 'HIGH'] },
  secrets: { block: everySeverity },
  target: { highAtMost: 4, criticalAtMost: 0 },
  databaseMaximumAgeDays: 2,
}

const forTryingOut: ScanPolicy = {
  ...strict,
  vulnerabilities: { block: ['CRITICAL'], when: 'only-with-a-fix' },
  misconfigurations: { block: ['CRITICAL'] },
  databaseMaximumAgeDays: 7,
}

const policies: ReadonlyMap<string, ScanPolicy> = new Map([
  ['dev', forTryingOut],
  ['staging', strict],
  ['prod', strict],
])

/** An environment that nobody rated gets the strict policy. */
export const scanPolicyOf = (environment: string): ScanPolicy => policies.get(environment) ?? strict
