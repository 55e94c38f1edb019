import { join } from 'node:path'
import { serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { type Bundle, type BundleRequest, bundleService } from '../images/bundle-service.ts'
import { stateRoot } from '../platforms/state-root.ts'

export type CompileRequest = {
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly services?: readonly string[]
}

export type Compiled = Pick<Bundle, 'service' | 'digest' | 'bytes' | 'cached' | 'file'>
export type CompileResult = { readonly bundles: readonly Compiled[] }

/** The front door of local and dev is built like a service and ships with them. */
const everything: readonly string[] = [...serviceNames, 'edge']

type Fault = { readonly service: string; readonly error: ShopctlError }

/** A fault of the source is an answer here: the others are still to be told. */
const bundleOrFault = async (request: BundleRequest): Promise<Bundle | Fault> => {
  try {
    return await bundleService(request)
  } catch (error) {
    if (error instanceof ShopctlError && error.code === 'BUNDLE_FAILED') return { service: request.service, error }
    throw error
  }
}

/** One fault in what all of them share is told once. */
const compileFailed = (faults: readonly Fault[]): ShopctlError =>
  new ShopctlError({
    code: 'COMPILE_FAILED',
    outcome: 'check-failed',
    what: `${faults.map(({ service }) => service).join(', ')} did not compile; nothing was changed.`,
    why: [...new Set(faults.flatMap(({ error }) => error.why))],
    fix: ['npm run types'],
    cause: faults[0]?.error,
  })

/**
 * Bundles every service side by side, all of them to their end, so that one run tells all faults. What is made is kept
 * under its digest: `build` and `deploy` find it again. Throws COMPILE_FAILED (check-failed) with file:line of each.
 */
export const compile = async (request: CompileRequest): Promise<CompileResult> => {
  const { repository: root, variables, services = everything } = request
  const state = stateRoot({ repository: root, variables })
  const place = { root, directory: join(state, 'bundles'), cacheDirectory: join(state, 'cache', 'bundles') }
  const made = await Promise.all(services.map((service) => bundleOrFault({ service, ...place })))
  const faults = made.filter((one) => 'error' in one)
  if (faults.length > 0) throw compileFailed(faults)
  const bundles = made.filter((one): one is Bundle => !('error' in one))
  return {
    bundles: bundles.map(({ service, digest, bytes, cached, file }) => ({ service, digest, bytes, cached, file })),
  }
}
