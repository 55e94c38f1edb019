/** The customer says yes at PayPal first: what a shop without a saved account sends instead of a token. */
const approval = 'approval'

export type PayPalMethod =
  | 'approval'
  | { readonly paypal: { vault_id: string } }
  | { readonly card: { vault_id: string } }

/** `approval`, or the vault's id of a saved account, or `card:` and that of a saved card. Undefined: none of them. */
export function methodOf(token: string): PayPalMethod | undefined {
  if (token === approval) return approval
  const [, card, vault_id] = /^(card:)?([0-9A-Za-z_-]{1,255})$/.exec(token) ?? []
  if (vault_id === undefined) return undefined
  return card === undefined ? { paypal: { vault_id } } : { card: { vault_id } }
}
