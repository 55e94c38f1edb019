import { type Comparison, taken } from './comparisons.ts'
import type { Run } from './contenders.ts'
import type { PeerMeasured, ShopMeasured } from './measure-rollouts.ts'
import type { Rollout } from './rollout-rounds.ts'
import { stepTook } from './shop-runs.ts'

/** Each as it was measured, or why it was not. */
export type RolloutMeasured = {
  readonly shopctl: ShopMeasured
  readonly helm: PeerMeasured | string
  readonly kubectl: PeerMeasured | string
  /** Why there are no bad images of shopctl's; null where there are. */
  readonly noBadImages: string | null
}

const seconds = ({ began, ended }: Run): number => (ended - began) / 1000
const milliseconds = ({ began, ended }: Run): number => ended - began
const requests = ({ requests: count }: Run): number => count
const firstReady = ({ ready }: Rollout): number => ready[0] ?? Number.NaN

type Part = 'releases' | 'rollbacks' | 'unchanged' | 'status' | 'badImages' | 'crashLoops'
const partOf = <Name extends Part>(measured: PeerMeasured | string, name: Name): PeerMeasured[Name] | string =>
  typeof measured === 'string' ? measured : measured[name]

const ofRollouts = (all: RolloutMeasured, name: 'releases' | 'rollbacks', value: (rollout: Rollout) => number) => ({
  shopctl: taken(all.shopctl[name], value),
  helm: taken(partOf(all.helm, name), value),
  kubectl: taken(partOf(all.kubectl, name), value),
})

const ofRuns = (all: RolloutMeasured, name: 'unchanged' | 'status', value: (run: Run) => number) => ({
  shopctl: taken(all.shopctl[name], value),
  helm: taken(partOf(all.helm, name), value),
  kubectl: taken(partOf(all.kubectl, name), value),
})

const ofFailures = (all: RolloutMeasured, name: 'badImages' | 'crashLoops', value: (run: Run) => number) => {
  const reason = name === 'badImages' ? all.noBadImages : null
  return {
    shopctl: taken(reason ?? all.shopctl[name], ({ run }) => value(run)),
    helm: taken(partOf(all.helm, name), value),
    kubectl: taken(partOf(all.kubectl, name), value),
  }
}

const ofRun = (value: (run: Run) => number) => (rollout: Rollout) => value(rollout.run)
const alone = { helm: null, kubectl: null } as const
const none = { promise: null } as const
const aQuarterOfHelm = { promise: { ofHelm: 0.25 } } as const
const aSecond = { promise: { atMost: 1000 } } as const

const goodRows = (all: RolloutMeasured): readonly Comparison[] => {
  const { releases } = all.shopctl
  const step = (name: string): Comparison => ({
    label: `  of it ${name}`,
    unit: 'ms',
    shopctl: taken(releases, ({ run }) => stepTook(run, name)),
    ...alone,
    ...none,
  })
  return [
    {
      label: 'good rollout of three: last pod ready → end, less the window',
      unit: 'ms',
      ...ofRollouts(all, 'releases', ({ beyond }) => beyond),
      promise: { atMost: 200 },
    },
    ...['smoke', 'promote', 'close', 'retire'].map(step),
    {
      label: 'good rollout: whole command (shopctl: build, push, window too)',
      unit: 's',
      ...ofRollouts(all, 'releases', ofRun(seconds)),
      ...none,
    },
    {
      label: 'good rollout: requests to the API server',
      unit: '',
      ...ofRollouts(all, 'releases', ofRun(requests)),
      ...none,
    },
  ]
}

const failingRows = (all: RolloutMeasured): readonly Comparison[] => {
  const { badImages, crashLoops } = all.shopctl
  const badImagesOrWhy = all.noBadImages ?? badImages
  return [
    {
      label: "bad image: kubelet's word → verdict",
      unit: 'ms',
      shopctl: taken(badImagesOrWhy, ({ fromDeciding }) => fromDeciding),
      ...alone,
      ...aSecond,
    },
    {
      label: 'bad image: whole deploy, evidence and way back too',
      unit: 's',
      ...ofFailures(all, 'badImages', seconds),
      ...aQuarterOfHelm,
    },
    {
      label: 'crash loop: the end that makes it a loop → verdict',
      unit: 'ms',
      shopctl: taken(crashLoops, ({ fromDeciding }) => fromDeciding),
      ...alone,
      ...aSecond,
    },
    {
      label: 'crash loop: first end → verdict (one restart is tolerated)',
      unit: 'ms',
      shopctl: taken(crashLoops, ({ fromFirst }) => fromFirst),
      ...alone,
      ...none,
    },
    {
      label: 'crash loop: whole deploy, evidence and way back too',
      unit: 's',
      ...ofFailures(all, 'crashLoops', seconds),
      ...aQuarterOfHelm,
    },
    {
      label: 'crash loop: requests to the API server',
      unit: '',
      ...ofFailures(all, 'crashLoops', requests),
      ...none,
    },
  ]
}

const otherRows = (all: RolloutMeasured): readonly Comparison[] => [
  {
    label: 'rollback: start → first old pod ready',
    unit: 'ms',
    ...ofRollouts(all, 'rollbacks', firstReady),
    ...none,
  },
  {
    label: 'rollback: last pod ready → end, less the window',
    unit: 'ms',
    ...ofRollouts(all, 'rollbacks', ({ beyond }) => beyond),
    ...none,
  },
  { label: 'rollback: whole command', unit: 's', ...ofRollouts(all, 'rollbacks', ofRun(seconds)), ...none },
  { label: 'deploy, nothing changed', unit: 'ms', ...ofRuns(all, 'unchanged', milliseconds), ...none },
  { label: 'deploy, nothing changed: requests', unit: '', ...ofRuns(all, 'unchanged', requests), ...none },
  { label: 'status', unit: 'ms', ...ofRuns(all, 'status', milliseconds), ...none },
]

/** One row for each question that was asked of all of them. */
export const rolloutComparisons = (all: RolloutMeasured): readonly Comparison[] => [
  ...failingRows(all),
  ...goodRows(all),
  ...otherRows(all),
]
