import { join } from 'node:path'
import { bundleFile } from '../../images/bundle-service.ts'
import { logFileName } from './logs.ts'
import type { Manifest } from './manifest.ts'
import { freePort } from './ports.ts'
import type { ProcessSpec } from './processes.ts'
import { settingsDirectory } from './service-settings.ts'
import type { StatePaths } from './state-paths.ts'

/** Everything but the ports: what the service is told by variables and what by files that hold the secrets. */
export const serviceVariables = (manifest: Manifest, paths: StatePaths): Record<string, string> => {
  const directory = settingsDirectory(paths.settings, manifest.service, manifest.settingsHash)
  const files = manifest.secrets.map((name) => [`${name}_FILE`, join(directory, name)])
  return {
    ...manifest.variables,
    ...Object.fromEntries(files),
    SERVICE_VERSION: shortDigest(manifest.digest),
    // Compiled code is kept: the second start of the same bundle takes two thirds of the first one's time.
    NODE_COMPILE_CACHE: join(paths.root, 'cache', 'compiled'),
  }
}

/** Enough of a digest to tell bundles apart on a screen. */
export const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 12)

/** The bundle and its arguments: `migrate`, `seed`, or nothing to serve. */
export const serviceCommand = (manifest: Manifest, paths: StatePaths): { program: string; args: string[] } => ({
  program: process.execPath,
  args: [bundleFile(paths.bundles, manifest.digest)],
})

/** The process to start for a manifest as part of a release, on ports that are free now. */
export const serviceProcess = async (manifest: Manifest, release: number, paths: StatePaths): Promise<ProcessSpec> => {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()])
  return {
    service: manifest.service,
    digest: manifest.digest,
    settingsHash: manifest.settingsHash,
    release,
    port,
    metricsPort,
    logFile: join(paths.logs, logFileName(manifest.service, release, new Date())),
    ...serviceCommand(manifest, paths),
    env: { ...serviceVariables(manifest, paths), PORT: String(port), METRICS_PORT: String(metricsPort) },
    cwd: paths.environment,
  }
}
