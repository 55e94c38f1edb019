/** Both from 0 to 1, the vertical one from the bottom; null is what nobody knows. */
export type Point = { readonly x: number; readonly y: number | null }

export type Box = { readonly width: number; readonly height: number }

const shown = (value: number): string => String(Number(value.toFixed(1)))

const known = ({ x, y }: Point): readonly { readonly x: number; readonly y: number }[] => (y === null ? [] : [{ x, y }])

/** What is not known interrupts the line: never a zero, never a straight line across. */
export const linePath = (points: readonly Point[], { width, height }: Box): string =>
  runsOf(points)
    .map((run) => {
      const places = run.flatMap(known).map(({ x, y }) => `${shown(x * width)} ${shown((1 - y) * height)}`)
      // One point alone has no line: a stroke of no length is drawn as a dot by its round ends.
      return places.length === 1 ? `M${places[0]}h0` : `M${places.join('L')}`
    })
    .join('')

/** Neighbours that are all known. */
const runsOf = (points: readonly Point[]): readonly (readonly Point[])[] => {
  const runs: Point[][] = [[]]
  for (const point of points) {
    if (point.y === null) runs.push([])
    else runs.at(-1)?.push(point)
  }
  return runs.filter((run) => run.length > 0)
}
