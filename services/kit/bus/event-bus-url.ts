import { z } from 'zod'

const kinds = new Map([
  ['postgres:', 'postgres'],
  ['postgresql:', 'postgres'],
  ['redis:', 'redis'],
  ['rediss:', 'redis'],
] as const)

const rules = {
  kafka: 'must not start with kafka:// yet, which comes later; use one that starts with postgres:// or redis://',
  other: 'must be a URL that starts with postgres://, redis:// or rediss://',
} as const

/** EVENT_BUS_URL: its scheme says which bus it is. */
export const eventBusUrl = z.string().refine((value) => busKind(value) !== undefined, {
  error: ({ input }) => (schemeOf(String(input)) === 'kafka:' ? rules.kafka : rules.other),
})

/** Undefined for a scheme that no bus has. */
export function busKind(url: string): 'postgres' | 'redis' | undefined {
  const scheme = schemeOf(url)
  return [...kinds].find(([known]) => known === scheme)?.[1]
}

function schemeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}
