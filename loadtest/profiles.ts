import { type Profile, type ProfileInput, profileSchema } from './engine/profile/profile.ts'

/** What a profile can say something about. */
export type Judged = {
  /** Objectives of single scenarios and endpoints: a short run has too few requests of each. */
  readonly parts: 'judged' | 'not judged'
  /** A closed model asks for no more when it is answered faster: only a profile made for it judges a rate. */
  readonly throughput: 'judged' | 'not judged'
}

export type NamedProfile = { readonly purpose: string; readonly judged: Judged; readonly profile: Profile }

type Row = { readonly purpose: string; readonly judged?: Partial<Judged>; readonly profile: ProfileInput }

const thinkTimeSeconds = { min: 1, max: 3 }
const requestDeadlineSeconds = 10
/** Thousands of customers with something to remove. */
const cleanUpSeconds = 60
const minutes = (count: number): number => count * 60

const rows = {
  default: {
    purpose: 'the load that the shop is built for: 100 customers at once, then 10 more a second up to 1,000 (L-4)',
    profile: {
      model: 'closed',
      name: 'default',
      users: 1_000,
      startUsers: 100,
      spawnRatePerSecond: 10,
      thinkTimeSeconds,
      durationSeconds: minutes(30),
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
  smoke: {
    purpose: 'a few customers for some seconds: whether the scenarios work at all',
    judged: { parts: 'not judged' },
    profile: {
      model: 'closed',
      name: 'smoke',
      users: 5,
      startUsers: 5,
      spawnRatePerSecond: 5,
      thinkTimeSeconds: { min: 0.05, max: 0.15 },
      durationSeconds: 8,
      requestDeadlineSeconds,
    },
  },
  load: {
    purpose: 'a usual busy hour, short enough for a pipeline',
    profile: {
      model: 'closed',
      name: 'load',
      users: 300,
      startUsers: 50,
      spawnRatePerSecond: 10,
      thinkTimeSeconds,
      durationSeconds: minutes(5),
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
  stress: {
    purpose: 'more and more customers: where it begins to give, and whether it recovers',
    profile: {
      model: 'closed',
      name: 'stress',
      users: 4_000,
      spawnRatePerSecond: 50,
      thinkTimeSeconds,
      durationSeconds: minutes(12),
      stages: [
        { durationSeconds: minutes(3), users: 1_000 },
        { durationSeconds: minutes(3), users: 2_000 },
        { durationSeconds: minutes(3), users: 4_000 },
        { durationSeconds: minutes(3), users: 500 },
      ],
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
  soak: {
    purpose: 'a steady load for hours: what leaks, fills up or grows slow',
    profile: {
      model: 'closed',
      name: 'soak',
      users: 300,
      spawnRatePerSecond: 10,
      thinkTimeSeconds,
      durationSeconds: minutes(240),
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
  spike: {
    purpose: 'ten times the customers within ten seconds, and gone again two minutes later',
    profile: {
      model: 'closed',
      name: 'spike',
      users: 1_000,
      startUsers: 100,
      spawnRatePerSecond: 90,
      thinkTimeSeconds,
      durationSeconds: minutes(5),
      stages: [
        { durationSeconds: minutes(1), users: 100 },
        { durationSeconds: minutes(2), users: 1_000 },
        { durationSeconds: minutes(2), users: 100 },
      ],
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
  throughput: {
    purpose: 'customers arrive at a fixed rate, however slow the shop is: judges the rate itself (L-6)',
    judged: { throughput: 'judged' },
    profile: {
      model: 'open',
      name: 'throughput',
      arrivalsPerSecond: 240,
      mostUsersInFlight: 4_000,
      durationSeconds: minutes(5),
      requestDeadlineSeconds,
      cleanUpSeconds,
    },
  },
} as const satisfies Readonly<Record<string, Row>>

export type ProfileName = keyof typeof rows

const named = ({ purpose, judged, profile }: Row): NamedProfile => ({
  purpose,
  judged: { parts: 'judged', throughput: 'not judged', ...judged },
  profile: profileSchema.parse(profile),
})

export const profiles: Readonly<Record<ProfileName, NamedProfile>> = {
  default: named(rows.default),
  smoke: named(rows.smoke),
  load: named(rows.load),
  stress: named(rows.stress),
  soak: named(rows.soak),
  spike: named(rows.spike),
  throughput: named(rows.throughput),
}

export const profileNames: readonly ProfileName[] = [
  'default',
  'smoke',
  'load',
  'stress',
  'soak',
  'spike',
  'throughput',
]
