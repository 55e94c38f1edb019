import { type ProviderPolicy, providerPolicy } from '../provider-policy.ts'

/** The same with less patience, for providers that never answer. */
export const quickPolicy: ProviderPolicy = {
  ...providerPolicy,
  tryMilliseconds: 1_000,
  totalMilliseconds: 8_000,
  retryDelayMilliseconds: { least: 1, most: 5 },
}
