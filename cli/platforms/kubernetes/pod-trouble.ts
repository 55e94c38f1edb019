import type { ContainerFacts } from './pod-facts.ts'
import { innermostWords, type PullFailure, pullFailure } from './pull-failure.ts'
import { describeReference, type SettingsReference } from './settings-references.ts'

/** Why something waits: a word that cli/health/ judges by, the platform's own words, and what a person can do. */
export type Trouble = { readonly reason: string; readonly message: string; readonly advice?: string }

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
])

/** What the kubelet says while nothing is wrong. */
const underWay: ReadonlySet<string> = new Set(['', 'ContainerCreating', 'PodInitializing'])

const pullAdvice: Readonly<Record<PullFailure, string>> = {
  ImageNotFound: 'The registry does not have this image: deploy again to build and push it.',
  RegistryLoginRefused: 'Give the nodes, or the pods’ service account, the right to pull from this registry.',
  PullThrottled: 'The registry limits pulls: wait, let the nodes log in, or pull through a cache.',
  PullFailed: 'See whether the nodes reach the registry, and whether it is up.',
}

const pullTrouble = ({ image }: ContainerFacts, message: string): Trouble => {
  const reason = pullFailure(message, image)
  return { reason, message: `${image}: ${innermostWords(message, image)}`, advice: pullAdvice[reason] }
}

/** What a container waits for; null while it is on its way. A back-off without words of its own keeps the last ones. */
export const waitingTrouble = (container: ContainerFacts, before: Trouble | null): Trouble | null => {
  const { waiting, image } = container
  if (waiting === null || underWay.has(waiting.reason)) return null
  const { reason, message } = waiting
  // Before Kubernetes 1.31 the back-off does not repeat what the pull failed of.
  const bare = reason === 'ImagePullBackOff' && !message.includes('ErrImagePull')
  if (bare && before !== null) return before
  if (pullReasons.has(reason)) return pullTrouble(container, message)
  if (reason === 'InvalidImageName') {
    return { reason, message: innermostWords(message, image), advice: 'Correct the name of the registry.' }
  }
  return { reason, message }
}

export const unschedulable = (message: string): Trouble => ({
  reason: 'Unschedulable',
  // What follows tells how preemption would not help either.
  message: message.replace(/\.? (no new claims to deallocate, )?preemption: .*$/s, ''),
  advice: 'Ask for less in stacks/environments.ts, or add a node.',
})

export const missingSettings = (missing: readonly SettingsReference[]): Trouble => ({
  reason: 'MissingSettings',
  message: `${missing.map(describeReference).join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not exist`,
  advice: 'Deploy again: settings and secrets are applied before the pods that need them.',
})
