export type Labels = Readonly<Record<string, string>>

export type ObjectMetadata = {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Labels
  readonly annotations?: Labels
}

/** One object as it is sent: JSON and nothing else. */
export type KubernetesObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMetadata
  readonly [field: string]: unknown
}
