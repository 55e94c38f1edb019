export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** What some registries' `docker login` leaves instead of a password. */
  | { readonly kind: 'identity-token'; readonly token: string }

/** Asked at the first 401 and again where the registry no longer takes what it answered; null is nobody's login. */
export type CredentialSource = (signal: AbortSignal) => Promise<Credentials | null>

export const secretsOf = (credentials: Credentials | null): readonly string[] => {
  if (credentials === null) return []
  if (credentials.kind === 'identity-token') return [credentials.token]
  return [credentials.password, basicWord(credentials)]
}

export const basicWord = ({ username, password }: Extract<Credentials, { kind: 'password' }>): string =>
  Buffer.from(`${username}:${password}`).toString('base64')
