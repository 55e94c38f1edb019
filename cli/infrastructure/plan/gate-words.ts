import { quoteWord } from '../../errors/quote-word.ts'
import { toType } from '../../errors/to-type.ts'
import type { Risk } from '../plan-verdict.ts'

/** What a refusal speaks of. */
export type Asked = {
  readonly environment: string
  /** As it can be typed again, without the program and without --allow-destroy: `infra up --env prod`. */
  readonly command: string
  /** Addresses of --allow-destroy. */
  readonly allowDestroy: readonly string[]
}

/** The same place, only looked at: of the words that were typed, those that a plan knows. */
export const asPlan = ({ environment, command }: Pick<Asked, 'environment' | 'command'>): string => {
  const stack = /\s--stack[ =](?:state|registry|shop)\b/.exec(command)?.[0] ?? ''
  return toType(`infra plan --env ${environment}${stack}${command.startsWith('infra down') ? ' --destroy' : ''}`)
}

export const riskLines = (risks: readonly Risk[]): readonly string[] =>
  risks.map(({ address, what, why }) => `${address}: ${what} (${why})`)

export const addressesOf = (risks: readonly Risk[]): readonly string[] => [
  ...new Set(risks.map(({ address }) => address)),
]

export const allowing = (addresses: readonly string[]): string =>
  addresses.map((address) => ` --allow-destroy ${quoteWord(address)}`).join('')
