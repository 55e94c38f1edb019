import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ServiceSet } from '../platforms/platform.ts'
import { refusedServices } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'

/** Throws DIGEST_REFUSED where one of them was taken back in the environment; typing it again with --force goes on. */
export const refuseKnownBad = (
  records: readonly ReleaseRecord[],
  wanted: ServiceSet,
  { environment, forced }: { readonly environment: string; readonly forced: string },
): void => {
  const [first, ...others] = refusedServices(records, wanted)
  if (first === undefined) return
  throw new ShopctlError({
    code: 'DIGEST_REFUSED',
    outcome: 'refused',
    what: `${first.service} is the same as in release ${first.release}, which was taken back in ${environment}; nothing was changed.`,
    why: [first, ...others].map(({ service, release, reason }) => `release ${release}: ${service}: ${reason}`),
    fix: [toType(`history show ${first.release} --env ${environment}`), forced],
  })
}
