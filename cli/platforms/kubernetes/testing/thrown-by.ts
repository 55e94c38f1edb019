import { ShopctlError } from '../../../errors/shopctl-error.ts'

/** The failure that something must end in; any other end is the test's. */
export const thrownBy = async (doing: Promise<unknown>): Promise<ShopctlError> => {
  const end: unknown = await doing.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )
  if (end instanceof ShopctlError) return end
  throw end
}
