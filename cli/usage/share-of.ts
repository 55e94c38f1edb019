import { ShopctlError } from '../errors/shopctl-error.ts'
import { RefusedValue } from './refused-value.ts'

const written = /^(\d+(?:\.\d+)?)\s*(%?)$/

/** `5%` and `0.05` are 0.05. A bare 5 is refused: it may be meant as either. */
export const shareOf = (typed: string, flag: string): number => {
  const [, figure, sign] = written.exec(typed.trim()) ?? []
  const share = Number(figure) / (sign === '%' ? 100 : 1)
  if (share >= 0 && (sign === '%' || share <= 1)) return share
  throw new RefusedValue(
    new ShopctlError({
      code: 'WRONG_USAGE',
      outcome: 'usage',
      what: `${flag} is a share such as 5% or 0.05, and not "${typed}". Nothing was changed.`,
    }),
  )
}
