export type StackPlace = {
  /** As it was typed after `--env`. */
  readonly environment: string
  /** `shop-prod`, `registry`. */
  readonly stack: string
}

/** `--env dev --stack registry`: the flags that mean this stack again; without `--stack` the shop's is meant. */
export const placeFlags = ({ environment, stack }: StackPlace): string =>
  stack === 'state' || stack === 'registry' ? `--env ${environment} --stack ${stack}` : `--env ${environment}`
