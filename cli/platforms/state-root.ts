import { join, resolve } from 'node:path'

export type StateRootPlace = {
  readonly repository: string
  /** `SHOPCTL_STATE_DIR` puts the state elsewhere than into the repository. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Where shopctl keeps what it knows on this machine. */
export const stateRoot = ({ repository, variables }: StateRootPlace): string => {
  const elsewhere = variables.SHOPCTL_STATE_DIR
  return elsewhere ? resolve(elsewhere) : join(repository, '.shopctl')
}
