export type SecretRotation =
  /** By our function, every 30 days. */
  | 'function'
  /** Only who gave it can give another. */
  | 'third-party'

/** What is kept below `shop/<installation>/`. Their values never come from Terraform: a state would hold them. */
export const secretRotations = {
  'jwt-signing-keys': 'function',
  'database-users': 'function',
  'database-catalog': 'function',
  'database-orders': 'function',
  'payment-provider': 'third-party',
  mail: 'third-party',
  'api-keys': 'third-party',
} as const satisfies Readonly<Record<string, SecretRotation>>

export type SecretName = keyof typeof secretRotations

export const secretDescriptions: Readonly<Record<SecretName, string>> = {
  'jwt-signing-keys': 'Keys that the users service signs tokens with',
  'database-users': 'Logins of the users service',
  'database-catalog': 'Logins of the catalog service',
  'database-orders': 'Logins of the orders service',
  'payment-provider': 'Keys of the payment provider',
  mail: 'Login of the mail server',
  'api-keys': 'Further secret settings of the services',
}

export const secretNames: readonly SecretName[] = [
  'jwt-signing-keys',
  'database-users',
  'database-catalog',
  'database-orders',
  'payment-provider',
  'mail',
  'api-keys',
]
