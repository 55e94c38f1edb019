import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { Artifact, Platform } from '../../platforms/platform.ts'
import type { Commit, ReleaseRecord } from '../../releases/release.ts'
import { deploy } from '../deploy.ts'
import type { FlowMeans } from '../means.ts'
import { type PromoteRequest, promote } from '../promote.ts'
import { scriptedMeans } from './scripted-means.ts'
import { type Behaviour, type Source, scriptedPlatform } from './scripted-platform.ts'
import { deployAll, goodSource } from './with-release.ts'

export const testedCommit: Commit = { sha: 'c'.repeat(40), subject: 'Sell more', author: 'Ada', dirty: false }

export const promoteServing: PromoteRequest = {
  release: null,
  mode: 'apply',
  why: null,
  force: 'no',
  waitSeconds: 0,
  confirm: async () => undefined,
}

const never = (what: string) => async (): Promise<never> => {
  throw new Error(`a promotion must not ${what}`)
}

/** What target finds of a release is what its record says, unless a test takes an image away or puts it elsewhere. */
const artifactsOf = (release: ReleaseRecord, present: 'in-registry' | 'elsewhere'): readonly Artifact[] =>
  Object.entries(release.services).map(([service, { digest, migrationsHash }]) => ({
    service,
    digest,
    migrationsHash,
    bytes: 1,
    cached: true,
    image: { reference: `registry.test/${service}@${digest}`, platforms: ['linux/amd64'], compressedBytes: 1, present },
  }))

type Wish = { readonly behaviours?: Record<string, Behaviour>; readonly images?: 'in-registry' | 'elsewhere' }

/** Staging, to which the source is deployed, and prod, which can neither build nor push. */
export const promotionWorld = async ({ behaviours = {}, images = 'in-registry' }: Wish = {}) => {
  const source: Source = { ...goodSource }
  const staging = scriptedPlatform(source, behaviours)
  const prod = scriptedPlatform({}, behaviours)
  const meansOf = (environment: string, platform: Platform): FlowMeans => {
    const { means } = scriptedMeans(platform)
    return { ...means, environment, commit: async () => testedCommit }
  }
  const toStaging = () => deploy(deployAll, meansOf('staging', staging.platform))
  const platform: Platform = {
    ...prod.platform,
    build: never('build'),
    push: never('push'),
    load: never('load'),
    async findReleased(release) {
      prod.journal.push(`find ${release.number}`)
      return artifactsOf(release, images)
    },
    async copyReleased(artifacts) {
      prod.journal.push(`copy ${artifacts.map(({ service }) => service).join(' ')}`)
    },
    async scan(artifacts) {
      prod.journal.push(`scan ${artifacts.length}`)
      return artifacts.map(({ service, digest }) => ({ ...passed, service, digest }))
    },
  }
  const scripted = scriptedMeans(platform)
  const target: FlowMeans = { ...scripted.means, environment: 'prod', commit: async () => testedCommit }
  const toProd = (request: Partial<PromoteRequest> = {}, means: Partial<FlowMeans> = {}) =>
    promote(
      { ...promoteServing, ...request },
      { source: meansOf('staging', staging.platform), target: { ...target, ...means } },
    )
  await toStaging()
  return { source, staging, prod, platform, toStaging, toProd, events: scripted.events, interrupt: scripted.interrupt }
}

const passed = {
  verdict: 'passed' as const,
  scanner: null,
  scannedAt: new Date(0).toISOString(),
  counts: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 },
  waived: [],
  blocking: [],
  report: null,
  why: null,
}

/** A no, as the command gives it where nobody can be asked. */
export const declined = new ShopctlError({ code: 'NOT_CONFIRMED', outcome: 'refused', what: 'No.' })
