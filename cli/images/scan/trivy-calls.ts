import { join } from 'node:path'
import type { ToolCall } from '../../tools/tool-call.ts'
import type { ScanKind } from './scan-policy.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** Where one run of the scanner lives. */
export type TrivyPlace = {
  /** Vulnerability database and checks, shared by all runs. */
  readonly cacheDirectory: string
  /** Empty, of this run alone: its HOME and working directory, so that no settings file is found by accident. */
  readonly scratch: string
  readonly variables: Variables
}

export type ScanTarget =
  | { readonly kind: ScanKind; readonly path: string }
  /** An image that the local engine or a registry has. */
  | { readonly kind: 'image'; readonly reference: string }

/**
 * All that the scanner gets of this command line's environment. No cloud credentials, no tokens, and no `TRIVY_…` that
 * could hide findings (TRIVY_SEVERITY, TRIVY_IGNOREFILE): only where its databases come from.
 */
const passedOn = [
  'PATH',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TRIVY_DB_REPOSITORY',
  'TRIVY_JAVA_DB_REPOSITORY',
  'TRIVY_CHECKS_BUNDLE_REPOSITORY',
]
/** An image that is not on disk is fetched by the scanner itself, with the login of the container engine. */
const passedOnForReferences = [...passedOn, 'DOCKER_CONFIG', 'DOCKER_HOST']

const scanTimeoutSeconds = 600
const downloadTimeoutSeconds = 300
const versionTimeoutSeconds = 20
const allSeverities = 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL'
/** Not ours, or made by shopctl itself and never committed. */
const skippedDirectories = ['**/node_modules', '**/.git', '.shopctl', 'reports', 'coverage']

type Run = { readonly args: readonly string[]; readonly timeoutSeconds: number; readonly passed?: readonly string[] }

const trivy = ({ cacheDirectory, scratch, variables }: TrivyPlace, run: Run): ToolCall => {
  const { args, timeoutSeconds, passed = passedOn } = run
  const kept = passed.flatMap((name) => {
    const value = variables[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    program: 'trivy',
    args: [...args, '--cache-dir', cacheDirectory],
    env: { ...Object.fromEntries(kept), HOME: scratch, TMPDIR: scratch },
    inherit: 'nothing',
    cwd: scratch,
    timeoutSeconds,
  }
}

export const versionCall = (place: TrivyPlace): ToolCall =>
  trivy(place, { args: ['version', '--format', 'json'], timeoutSeconds: versionTimeoutSeconds })

/** Fetches the vulnerability database where it has become old. */
export const downloadDatabaseCall = (place: TrivyPlace): ToolCall =>
  trivy(place, {
    args: ['image', '--download-db-only', '--no-progress', '--skip-version-check', '--disable-telemetry'],
    timeoutSeconds: downloadTimeoutSeconds,
  })

/** Where a run writes its report. */
export const reportFile = (scratch: string): string => join(scratch, 'report.json')
/** Waivers are applied here and not by the scanner, so that it is told of a file without any. */
export const emptyIgnoreFile = (scratch: string): string => join(scratch, 'no-waivers.yaml')

const commonArguments = (scratch: string): readonly string[] => [
  '--format',
  'json',
  '--output',
  reportFile(scratch),
  '--severity',
  allSeverities,
  '--exit-code',
  '0',
  '--ignorefile',
  emptyIgnoreFile(scratch),
  '--skip-version-check',
  '--disable-telemetry',
]

/** The scan cache in memory: on disk only one process at a time can have it, and the others fail or wait. */
const vulnerabilityArguments = [
  '--scanners',
  'vuln,secret',
  '--list-all-pkgs',
  '--show-suppressed',
  '--skip-db-update',
  '--cache-backend',
  'memory',
  '--no-progress',
]

const skips = skippedDirectories.flatMap((directory) => ['--skip-dirs', directory])

const words = (target: ScanTarget): readonly string[] => {
  const image = ['image', ...vulnerabilityArguments, '--image-config-scanners', 'secret']
  if ('reference' in target) return [...image, target.reference]
  const { kind, path } = target
  if (kind === 'image') return [...image, '--input', path]
  if (kind === 'config') return ['config', ...skips, path]
  if (kind === 'secrets') return ['fs', '--scanners', 'secret', '--no-progress', ...skips, path]
  const dependencies = vulnerabilityArguments.map((word) => (word === 'vuln,secret' ? 'vuln' : word))
  return ['fs', ...dependencies, ...skips, path]
}

/** One scan of one thing into a file of JSON. */
export const scanCall = (place: TrivyPlace, target: ScanTarget): ToolCall => {
  const [command = '', ...rest] = words(target)
  return trivy(place, {
    args: [command, ...commonArguments(place.scratch), ...rest],
    timeoutSeconds: scanTimeoutSeconds,
    ...('reference' in target ? { passed: passedOnForReferences } : {}),
  })
}
