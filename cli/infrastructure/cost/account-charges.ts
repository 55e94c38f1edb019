import type { Charges } from './charge.ts'

/**
 * What the account's own stacks cost each month: a key each. They are in no plan of an environment, but no environment is
 * without them. A test compares this with the plans of these stacks.
 */
export const accountCharges: Charges = {
  charges: ['state', 'registry'].map((stack) => ({
    subject: `stack ${stack}`,
    group: 'other',
    item: 'key',
    sku: 'kms/key',
    quantity: 1,
  })),
  unpriced: [],
}
