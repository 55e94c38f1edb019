import type { RunReport } from '../run-reports.ts'

const startedAt = '2026-03-04T10:00:00.000Z'

const second = (seconds: number): string => new Date(Date.parse(startedAt) + seconds * 1_000).toISOString()

type Said = RunReport['events'][number] extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'schema' | 'time'> & { readonly after: number }
    : never
  : never

export type ReportFacts = {
  readonly typed: string
  readonly command?: string
  /** Seconds after the first command of the run. */
  readonly from?: number
  readonly to?: number
  readonly exitCode?: number
  readonly result?: unknown
  readonly error?: { readonly code: string; readonly what: string; readonly why: string[]; readonly fix: string[] }
  readonly events?: readonly Said[]
}

/** A report as a command leaves it. */
export function aReport({
  typed,
  command = typed.split(' --')[0] ?? typed,
  from = 0,
  ...facts
}: ReportFacts): RunReport {
  const { to = from + 1, exitCode = facts.error === undefined ? 0 : 4, events = [] } = facts
  return {
    schema: 'shopctl.report/1',
    typed,
    startedAt: second(from),
    finishedAt: second(to),
    events: events.map(({ after, ...event }) => ({
      schema: 'shopctl.events/1' as const,
      time: second(from + after),
      ...event,
    })),
    document:
      facts.error === undefined
        ? { ok: true, command, exitCode, result: facts.result ?? {} }
        : { ok: false, command, exitCode, error: facts.error },
  }
}

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const counts = { CRITICAL: 0, HIGH: 1, MEDIUM: 2, LOW: 0, UNKNOWN: 0 }

/** A main build whose production release was taken back. */
export const failedRun: readonly RunReport[] = [
  aReport({
    typed: 'push --env staging',
    result: {
      artifacts: [
        { service: 'users', digest: digest('b') },
        { service: 'catalog', digest: digest('c') },
      ],
      scans: [{ service: 'users', digest: digest('b'), verdict: 'passed', counts, waived: ['CVE-2025-1'] }],
    },
  }),
  aReport({
    typed: 'deploy --env staging --yes',
    from: 10,
    to: 30,
    result: { outcome: 'deployed', changes: [{ service: 'users', from: digest('a'), to: digest('b') }] },
    events: [
      {
        after: 0,
        type: 'flow.started',
        flow: 'deploy',
        environment: 'staging',
        steps: [
          { id: 'build', title: 'Build' },
          { id: 'gate', title: 'Watch until healthy' },
        ],
      },
      { after: 1, type: 'step.started', step: 'build' },
      { after: 3, type: 'step.finished', step: 'build', outcome: 'done', milliseconds: 2_000 },
      { after: 3, type: 'release.opened', release: 12, previous: 11 },
      { after: 4, type: 'step.started', step: 'gate' },
      { after: 18, type: 'step.finished', step: 'gate', outcome: 'done', milliseconds: 14_000 },
      { after: 19, type: 'warning', message: 'users <asks> for more memory', fix: [] },
      { after: 20, type: 'release.closed', release: 12, state: 'succeeded' },
    ],
  }),
  aReport({
    typed: 'release promote --from staging --to prod --yes',
    from: 60,
    to: 75,
    error: {
      code: 'ROLLOUT_UNHEALTHY',
      what: 'orders did not become healthy in prod; users stay on release 4.',
      why: ['orders said: <script>alert("no")</script> & more'],
      fix: ['bin/shopctl logs orders --env prod --release 5'],
    },
    events: [
      {
        after: 0,
        type: 'flow.started',
        flow: 'promote',
        environment: 'prod',
        steps: [{ id: 'apply', title: 'Apply' }],
      },
      { after: 1, type: 'release.opened', release: 5, previous: 4 },
      { after: 2, type: 'step.started', step: 'apply' },
      { after: 9, type: 'step.finished', step: 'apply', outcome: 'failed', milliseconds: 7_000, detail: 'orders' },
      { after: 10, type: 'step.started', step: 'return', title: 'Return users to release 4' },
      { after: 14, type: 'release.closed', release: 5, state: 'rolled-back' },
    ],
  }),
]

/** As vitest writes it. */
export const vitestJson = (statuses: readonly string[]): unknown => ({
  startTime: Date.parse(startedAt),
  testResults: [
    {
      endTime: Date.parse(second(45)),
      assertionResults: statuses.map((status, index) => ({ fullName: `rule ${index + 1} holds`, status })),
    },
  ],
})
