/** What a platform is opened with, beside its environment's facts. */
export type OpenRequest = {
  readonly repository: string
  /** The local platform's public port; null keeps the one of the last deploy. */
  readonly publicPort: number | null
  /** A context of the kubeconfig in place of the environment's own cluster. */
  readonly kubeContext: string | null
  /** Told each secret value as soon as it is known: it must never be printed. */
  readonly keepSecret: (secret: string) => void
  readonly warn: (message: string) => void
  /** Fires when everything is to stop at once. */
  readonly abandoned: AbortSignal
}
