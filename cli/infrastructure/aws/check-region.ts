import { ShopctlError } from '../../errors/shopctl-error.ts'
import { awsRegions } from './regions.ts'

/** How many letters to put in, take out or change; two that changed places count as one. */
const distance = (left: string, right: string): number => {
  const rows = [...Array(left.length + 1).keys()].map((row) => [row, ...Array<number>(right.length).fill(0)])
  const at = (row: number, column: number): number => rows[row]?.[column] ?? row + column
  for (let row = 1; row <= left.length; row += 1) {
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1]
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const cells = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (isSame ? 0 : 1)]
      const cell = Math.min(...cells, ...(swapped ? [at(row - 2, column - 2) + 1] : []))
      rows[row]?.splice(column, 1, cell)
    }
  }
  return at(left.length, right.length)
}

const nearest = (region: string): string =>
  [...awsRegions].sort((left, right) => distance(region, left) - distance(region, right))[0] ?? 'us-east-1'

/** Throws AWS_REGION_UNKNOWN (usage), before anything is asked anywhere. */
export const checkRegion = (region: string, { environment }: { readonly environment: string }): void => {
  if (awsRegions.some((known) => known === region)) return
  throw new ShopctlError({
    code: 'AWS_REGION_UNKNOWN',
    outcome: 'usage',
    what: `There is no AWS region ${region}, which ${environment} is said to be in; nothing was asked.`,
    why: [`the nearest name is ${nearest(region)}`],
    fix: [`grep -n "region: '${region}'" stacks/installations.ts stacks/environments.ts`],
  })
}
