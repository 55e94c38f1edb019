import type { ReleaseRecord, ServiceRelease } from '../release.ts'

/** A digest that a test can name by one word: `a` is another service's content than `b`. */
export const aDigest = (word: string): string =>
  `sha256:${Buffer.from(word).toString('hex').padEnd(64, '0').slice(0, 64)}`

export const aServiceRelease = (word: string): ServiceRelease => {
  const [content = word, settings = 'settings'] = word.split('/')
  return { digest: aDigest(content), settingsHash: settings, migrationsHash: 'migrations', manifest: { runs: content } }
}

type Wish = Omit<Partial<ReleaseRecord>, 'services'> & {
  readonly number: number
  /** Service → content, or content/settings. */
  readonly services?: Readonly<Record<string, string>>
}

/** A release record that succeeded, with what a test says about it. */
export const aRelease = ({ services = { catalog: 'a' }, ...wish }: Wish): ReleaseRecord => ({
  schema: 'shopctl.release/1',
  environment: 'staging',
  kind: wish.restores === undefined || wish.restores === null ? 'deploy' : 'rollback',
  state: 'succeeded',
  commit: { sha: 'a'.repeat(40), subject: 'Change the catalogue', author: 'Ada', dirty: false },
  promotedFrom: null,
  who: 'ada',
  why: null,
  startedAt: '2026-11-22T12:00:00.000Z',
  finishedAt: '2026-11-22T12:01:00.000Z',
  previous: wish.number > 1 ? wish.number - 1 : null,
  restores: null,
  migrations: [],
  shared: null,
  scans: [],
  steps: [],
  culprits: [],
  verdict: null,
  evidence: [],
  failure: null,
  ...wish,
  services: Object.fromEntries(Object.entries(services).map(([name, word]) => [name, aServiceRelease(word)])),
})
