import { ShopctlError } from '../../errors/shopctl-error.ts'

/** The ShopctlError that the work ends with; anything else is a fault of the test or of the flow. */
export const failureOf = async (work: Promise<unknown>): Promise<ShopctlError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof ShopctlError) return error
  throw new Error(`expected a ShopctlError, got ${error}`)
}
