import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { FoundCommand } from './find-command.ts'
import { nearestWord } from './nearest-word.ts'

const nearestCommand = (typed: string, ids: readonly string[]): string | null => {
  const known = ids.map((id) => id.replaceAll(':', ' '))
  const words = typed.split(' ')
  for (let length = words.length; length > 0; length--) {
    const nearest = nearestWord(words.slice(0, length).join(' '), known)
    if (nearest !== null) return nearest
  }
  return null
}

/** UNKNOWN_COMMAND or FLAG_BEFORE_COMMAND (usage), with what was probably meant. */
export const unknownCommand = (
  found: Extract<FoundCommand, { kind: 'unknown' | 'flag-first' }>,
  ids: readonly string[],
): ShopctlError => {
  if (found.kind === 'flag-first') {
    return new ShopctlError({
      code: 'FLAG_BEFORE_COMMAND',
      outcome: 'usage',
      what: `The flag ${found.flag} stands before the command; flags come after it.`,
      fix: [toType('--help')],
    })
  }
  const nearest = nearestCommand(found.typed, ids)
  return new ShopctlError({
    code: 'UNKNOWN_COMMAND',
    outcome: 'usage',
    what: `shopctl has no command "${found.typed}"${nearest === null ? '.' : `; did you mean "${nearest}"?`}`,
    fix: [...(nearest === null ? [] : [toType(nearest)]), toType('--help')],
  })
}
