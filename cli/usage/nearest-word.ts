/** How many letters must be changed, added, taken away or swapped with their neighbour to get from one word to the other. */
const distance = (from: string, to: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const line = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const at = (cells: readonly number[], index: number) => cells[index] ?? Number.POSITIVE_INFINITY
      const options = [at(last, column) + 1, at(line, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1)]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) options.push(at(beforeLast, column - 2) + 1)
      line.push(Math.min(...options))
    }
    beforeLast = last
    last = line
  }
  return last[to.length] ?? 0
}

/** The known word that was probably meant: begins alike, or differs by a slip of the hand. Null where none is near. */
export const nearestWord = (typed: string, known: readonly string[]): string | null => {
  const word = typed.toLowerCase()
  const slips = Math.max(1, Math.floor(word.length / 3))
  const ranked = known
    .map((candidate) => ({ candidate, slips: distance(word, candidate.toLowerCase()) }))
    .sort((left, right) => left.slips - right.slips)
  const nearest = ranked[0]
  if (nearest !== undefined && nearest.slips <= slips) return nearest.candidate
  const beginnings = word.length < 2 ? [] : known.filter((candidate) => candidate.toLowerCase().startsWith(word))
  return beginnings.length === 1 ? (beginnings[0] ?? null) : null
}
