/** Settings of one workload: plain ones in a ConfigMap, the others in a Secret whose values no manifest knows. */
export type WorkloadSettings = {
  readonly configMap: { readonly name: string; readonly data: Readonly<Record<string, string>> }
  /** Each key is a setting's name. Null where the workload has no secret. */
  readonly secret: { readonly name: string; readonly keys: readonly string[] } | null
}
