import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { toType } from '../../errors/to-type.ts'
import { browseExample, demoDirections } from '../demo-accounts.ts'
import type { Directions } from '../platform.ts'
import type { OwnFoundations } from './own-foundations.ts'

type DirectionsRequest = {
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  /** Accounts for trying out; null where the environment has none. */
  readonly demo: OwnFoundations['demo'] | null
  /** A port of this machine that leads there at this moment. */
  readonly entry: string | undefined
}

/** A door into a cluster that is not a load balancer's opens with a command and stays open as long as it runs. */
const openedHere = 'http://127.0.0.1:8080'

/** What to open and to paste after a deploy to a cluster. */
export const clusterDirections = ({ environment, facts, demo, entry }: DirectionsRequest): Directions => {
  const published = facts.entry.kind === 'ingress' ? `https://${facts.entry.host}` : openedHere
  const address = entry ?? published
  const accounts = demo === null ? { logins: [], examples: [browseExample(address)] } : demoDirections(address, demo)
  const door = facts.entry.kind === 'edge' && entry === undefined ? [toType(`open --env ${environment.name}`)] : []
  return {
    entry: address,
    docs: `${address}/docs`,
    mails: null,
    ...accounts,
    examples: [...door, ...accounts.examples],
  }
}
