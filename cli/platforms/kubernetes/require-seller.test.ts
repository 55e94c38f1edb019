import { expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { requireSeller } from './require-seller.ts'
import type { SecretEntry } from './secret-entry.ts'

const { prod } = environments
const seller = { name: 'Kite & Co', address: ['1 Harbour Road'], country: 'DE', taxId: 'DE123456789' }
const entry = (name: string): SecretEntry => ({ service: 'orders', name, value: 'v', origin: 'x' })

test('a real shop whose team has not said who sells is refused, with every word that is missing', () => {
  expect(() => requireSeller([entry('SELLER_COUNTRY')], prod)).toThrow(
    expect.objectContaining({
      code: 'SELLER_MISSING',
      exitCode: 3,
      message: 'Nobody is named who sells in prod, and every invoice has to say so; nothing was changed.',
      why: ['NAME', 'ADDRESS', 'TAX_ID'].map(
        (word) => `orders needs SELLER_${word}, which the row "seller" in stacks/environments.ts leaves out`,
      ),
      fix: ["grep -n 'const seller' stacks/environments.ts"],
    }),
  )
})

test('it is named by the row, or by whoever sets the settings; where shops are for trying out by nobody', () => {
  requireSeller([], { ...prod, seller })
  requireSeller(
    ['NAME', 'ADDRESS', 'COUNTRY', 'TAX_ID'].map((word) => entry(`SELLER_${word}`)),
    prod,
  )
  requireSeller([], environments.staging)
})
