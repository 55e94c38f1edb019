/** `--env dev --stack registry`: the flags that mean this stack again; without `--stack` the shop's is meant. */
export const placeFlags = ({ environment, stack }: { readonly environment: string; readonly stack: string }): string =>
  stack === 'state' || stack === 'registry' ? `--env ${environment} --stack ${stack}` : `--env ${environment}`
