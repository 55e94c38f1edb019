/** `hyphenated` is the text with its hyphens inside words, where it has any: PostgreSQL reads the 200 of X-200 as -200. */
export type Apart = { readonly text: string; readonly hyphenated: string | null }

const otherDash = /[[\p{Pd}\u2212]--[\-]]/gv
/** Neither between two letters nor, after a blank, before a word or a phrase. */
const looseHyphen = /-(?!["\p{L}\p{N}])|(?<=[^\s\p{L}\p{N}\p{M}])-|(?<=[\p{L}\p{N}\p{M}])-(?=")/gu
const compound = /((?:^|\s)-)?([\p{L}\p{N}\p{M}]+(?:-[\p{L}\p{N}\p{M}]+)+)/gu

/** Of all dashes only a hyphen right before a word is an operator; another one is as good as a blank. */
export function readDashes(typed: string): Apart {
  const separated = typed.replace(otherDash, ' ').replace(looseHyphen, ' ').trim()
  const text = renderCompounds(separated, apart)
  const hyphenated = renderCompounds(separated, (words) => words)
  return { text, hyphenated: hyphenated === text ? null : hyphenated }
}

function renderCompounds(separated: string, render: (words: string) => string): string {
  const outside = (whole: string, minus: string | undefined, words: string) =>
    // Without it in either spelling.
    minus === undefined ? render(words) : `${whole} -"${words.replaceAll('-', ' ')}"`
  const inside = (_: string, minus = '', words = '') => `${minus}${render(words)}`
  return separated
    .split('"')
    .map((part, index) => part.replace(compound, index % 2 === 0 ? outside : inside))
    .join('"')
}

/** An `or` between two hyphens is a word, which no search needs, and not the operator. */
const apart = (words: string) => words.replace(/-or(?=-)/gi, '').replaceAll('-', ' ')
