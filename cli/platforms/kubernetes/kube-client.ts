import type { Socket } from 'node:net'

/** An object as the API server has it; what is read of it is parsed by whoever reads it. */
export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: KubeMetadata
  readonly [field: string]: unknown
}

export type KubeMetadata = {
  readonly name: string
  readonly namespace?: string | undefined
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly generation?: number | undefined
  readonly creationTimestamp?: string | undefined
  readonly deletionTimestamp?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly [field: string]: unknown
}

/** Names one object. The client knows the path of every kind that shopctl uses. */
export type ObjectReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Null for what belongs to no namespace. */
  readonly namespace: string | null
}

export type ListRequest = {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | null
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export type WatchRequest = ListRequest & {
  readonly resourceVersion: string
  /** After which the server ends the watch; without it after half an hour or more. */
  readonly timeoutSeconds?: number
}

export type KubeList = { readonly items: readonly KubeObject[]; readonly resourceVersion: string }

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export type DeletePreconditions = { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }

export type ApplyRequest = {
  readonly object: KubeObject
  /** `refuse`: throws FIELD_CONFLICT where somebody else owns a field and wants another value. `take`: takes it over. */
  readonly conflicts: 'refuse' | 'take'
  readonly mode: 'apply' | 'dry-run'
}

export type LogsRequest = {
  readonly namespace: string
  readonly pod: string
  readonly container?: string
  readonly previous?: 'previous'
  readonly tailLines?: number
  readonly limitBytes?: number
  /** Each line begins with the moment at which it was written (RFC 3339) and a space. */
  readonly timestamps?: 'timestamps'
}

/**
 * The API server, as values in and values out. Every method takes a signal; a request that nobody answers is tried
 * again for a while, then UNREACHABLE (unknown) is thrown. Refusals of the server are ShopctlError with the server's own words:
 * KUBE_FORBIDDEN, KUBE_UNAUTHORIZED, FIELD_CONFLICT, OBJECT_INVALID, QUOTA_EXCEEDED, KUBE_REFUSED (all `refused`).
 */
export interface KubeClient {
  readonly context: string
  readonly server: string
  /** Requests sent so far, a watch counted once for each time that it was opened. */
  requestCount(): number
  /** Null where there is none. */
  read(reference: ObjectReference, signal: AbortSignal): Promise<KubeObject | null>
  list(request: ListRequest, signal: AbortSignal): Promise<KubeList>
  /** Null where an object of this name is already there. */
  create(object: KubeObject, signal: AbortSignal): Promise<KubeObject | null>
  /** Server-side apply with field manager `shopctl` and strict validation. */
  apply(request: ApplyRequest, signal: AbortSignal): Promise<KubeObject>
  /** Replaces what has `metadata.resourceVersion`; null where another writer came first or it is gone. */
  replace(object: KubeObject, signal: AbortSignal): Promise<KubeObject | null>
  /** Strategic merge patch of a subresource or the object; for `scale` and the like. */
  patch(
    reference: ObjectReference,
    change: { readonly body: unknown; readonly subresource?: string; readonly fieldManager?: string },
    signal: AbortSignal,
  ): Promise<KubeObject>
  /**
   * True where there was one. Children go with it, in the background. With `uid` or `resourceVersion` only that very
   * object, and only in that version: false where another is there by now.
   */
  delete(reference: ObjectReference & DeletePreconditions, signal: AbortSignal): Promise<boolean>
  /**
   * One watch from a resource version on, until the server ends it. The first event is a BOOKMARK of that version, as
   * soon as the server has taken the watch. Throws WatchExpired where the version is gone (410) and any network error as
   * it is: list-and-watch.ts is what tries again.
   */
  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchEvent>
  logs(request: LogsRequest, signal: AbortSignal): Promise<string>
  /** Line by line, until the container or the signal ends it. */
  followLogs(request: LogsRequest, signal: AbortSignal): AsyncIterable<string>
  /** A GET through the API server to a pod's port: status and body, also of an error answer. */
  askPod(
    request: { readonly namespace: string; readonly pod: string; readonly port: number; readonly path: string },
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }>
  /** Joins a socket to a pod's port. Where the pod does not listen, the socket is destroyed with the kubelet's words. */
  forward(
    request: { readonly namespace: string; readonly pod: string; readonly port: number },
    socket: Socket,
  ): Promise<void>
  /** Server version (`v1.34.4`) and the server's own clock. */
  version(signal: AbortSignal): Promise<{ readonly gitVersion: string; readonly serverTime: Date | null }>
  /** Whether the caller may do this, by SelfSubjectAccessReview. */
  may(
    access: {
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly namespace: string | null
    },
    signal: AbortSignal,
  ): Promise<boolean>
}

/** The resource version that a watch was to go on from is compacted away (410): list again. */
export class WatchExpired extends Error {
  override readonly name = 'WatchExpired'
}
