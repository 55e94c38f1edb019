/** How many letters have to be put in, left out, exchanged or swapped with their neighbour to make one word of another. */
export function editDistance(one: string, other: string): number {
  const [a, b] = [[...one], [...other]]
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of a.entries()) {
    const current = [row + 1]
    for (const [column, wanted] of b.entries()) {
      const replaced = at(previous, column) + (letter === wanted ? 0 : 1)
      const swapped =
        letter === b[column - 1] && a[row - 1] === wanted
          ? at(beforePrevious, column - 1) + 1
          : Number.POSITIVE_INFINITY
      current.push(Math.min(at(previous, column + 1) + 1, at(current, column) + 1, replaced, swapped))
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
