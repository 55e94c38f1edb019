import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import {
  type KubeClient,
  type KubeObject,
  type ObjectReference,
  type WatchEvent,
  WatchExpired,
} from '../kube-client.ts'
import { matchesFields, matchesLabels } from './match-selector.ts'
import { isObject, type Json, leaves, merge, pathInWords, pathOf, removePath } from './owned-fields.ts'

/** What a test lets happen to one request. `answer-lost`: the change lands, the caller gets an error. */
export type Trouble = 'none' | 'unreachable' | 'answer-lost' | ShopctlError

export type SeenRequest = {
  readonly verb: 'read' | 'list' | 'create' | 'apply' | 'replace' | 'patch' | 'delete' | 'watch'
  readonly kind: string
  readonly name: string
  readonly namespace: string | null
}

type MemoryOptions = {
  readonly trouble?: (request: SeenRequest) => Trouble
  /** What pods print, and what they answer at a port. */
  readonly logs?: (pod: string) => string
  readonly askPod?: KubeClient['askPod']
  /** Whether the caller may do what SelfSubjectAccessReview asks for. */
  readonly may?: KubeClient['may']
}

export type MemoryKubeClient = KubeClient & {
  /** Everything that was asked, in order. */
  readonly requests: readonly SeenRequest[]
  objects(kind?: string): readonly KubeObject[]
  /** Another person's hand: changes an object past every check, and as another field manager. */
  edit(reference: ObjectReference, change: Json): KubeObject
  /** Forgets the events so far, as etcd does: who watches from before gets WatchExpired. */
  compact(): void
  /** Ends every watch as the server does from time to time. */
  endWatches(): void
}

type Stored = { readonly object: KubeObject; readonly owners: ReadonlyMap<string, string> }
type Change = { readonly version: number; readonly before: KubeObject | null; readonly after: KubeObject | null }

const clusterWide: ReadonlySet<string> = new Set(['Namespace', 'Node', 'PriorityClass', 'StorageClass'])

const refusal = (code: string, why: string): ShopctlError =>
  new ShopctlError({ code, outcome: 'refused', what: 'The API server refused.', why: [why] })

const unreachable = (): ShopctlError =>
  new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what: 'The API server did not answer.' })

/** A copy that shares nothing with what is kept, as if it had crossed a network. */
const copy = (object: KubeObject): KubeObject => structuredClone(object)

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value))

const keyOf = ({ kind, name, namespace }: Pick<ObjectReference, 'kind' | 'name' | 'namespace'>): string =>
  `${kind} ${namespace ?? ''}/${name}`

const referenceTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace ?? null,
})

/**
 * An API server in memory: resource versions, namespaces that must exist, immutable objects, field owners, watches
 * with history and 410. No controllers: nobody makes pods of a Deployment.
 */
export const createMemoryKubeClient = (options: MemoryOptions = {}): MemoryKubeClient => {
  const stored = new Map<string, Stored>()
  const requests: SeenRequest[] = []
  let changes: Change[] = []
  let version = 0
  let compactedTo = 0
  let watchEpoch = 0
  let listeners: (() => void)[] = []

  const announce = () => {
    const waking = listeners
    listeners = []
    for (const wake of waking) wake()
  }

  const put = (object: KubeObject, owners: Stored['owners']): KubeObject => {
    version += 1
    const key = keyOf(referenceTo(object))
    const before = stored.get(key)?.object
    const kept = copy({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } })
    stored.set(key, { object: kept, owners })
    changes.push({ version, before: before ?? null, after: kept })
    announce()
    return copy(kept)
  }

  const drop = (key: string) => {
    const found = stored.get(key)
    if (found === undefined) return
    version += 1
    stored.delete(key)
    changes.push({ version, before: found.object, after: null })
    announce()
  }

  const requireNamespace = ({ kind, metadata }: KubeObject) => {
    const name = metadata.namespace
    if (name === undefined) {
      if (!clusterWide.has(kind)) throw refusal('KUBE_REFUSED', `a ${kind} must have a namespace`)
      return
    }
    if (!stored.has(keyOf({ kind: 'Namespace', name, namespace: null }))) {
      throw refusal('KUBE_REFUSED', `namespaces "${name}" not found`)
    }
  }

  const requireMutable = (before: KubeObject, after: KubeObject) => {
    const content = ({ data, binaryData, stringData, type }: KubeObject) => ({ data, binaryData, stringData, type })
    if (before.immutable !== true || isDeepStrictEqual(content(before), content(after))) return
    throw refusal('OBJECT_INVALID', `${keyOf(referenceTo(after))}: field is immutable when \`immutable\` is set`)
  }

  const isNew = (object: KubeObject): KubeObject => ({
    ...copy(object),
    metadata: {
      ...copy(object).metadata,
      uid: randomUUID(),
      creationTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      generation: 1,
    },
  })

  /** Keeps what only the server sets, and counts the generation up where more than metadata or status changed. */
  const changed = (before: KubeObject, after: KubeObject): KubeObject => {
    const wanted = ({ metadata: _, status: __, ...rest }: KubeObject) => rest
    const same = isDeepStrictEqual(json(wanted(before)), json(wanted(after)))
    const { uid, creationTimestamp, generation = 1 } = before.metadata
    return {
      ...after,
      metadata: { ...after.metadata, uid, creationTimestamp, generation: same ? generation : generation + 1 },
    }
  }

  /** Tells the test of the request first, then does it, then perhaps loses the answer. */
  const served = <Answer>(request: SeenRequest, signal: AbortSignal, act: () => Answer): Promise<Answer> => {
    signal.throwIfAborted()
    requests.push(request)
    const trouble = options.trouble?.(request) ?? 'none'
    if (trouble instanceof ShopctlError) throw trouble
    if (trouble === 'unreachable') throw unreachable()
    const answer = act()
    if (trouble === 'answer-lost') throw unreachable()
    return Promise.resolve(answer)
  }

  const request = (verb: SeenRequest['verb'], { kind, name, namespace }: ObjectReference): SeenRequest => ({
    verb,
    kind,
    name,
    namespace,
  })

  const selects = (wanted: Parameters<KubeClient['list']>[0], object: KubeObject): boolean =>
    object.kind === wanted.kind &&
    object.apiVersion === wanted.apiVersion &&
    (wanted.namespace === null || object.metadata.namespace === wanted.namespace) &&
    matchesLabels(object.metadata.labels ?? {}, wanted.labelSelector ?? '') &&
    (wanted.fieldSelector === undefined || matchesFields(object, wanted.fieldSelector))

  const requireThere = (reference: ObjectReference): Stored => {
    const found = stored.get(keyOf(reference))
    if (found === undefined) throw refusal('KUBE_REFUSED', `${keyOf(reference)} not found`)
    return found
  }

  const toObject = (value: Json, like: KubeObject): KubeObject => {
    if (!isObject(value)) throw new Error(`${like.kind} became ${JSON.stringify(value)}`)
    return {
      ...value,
      apiVersion: like.apiVersion,
      kind: like.kind,
      metadata: { ...metadataOf(value), name: like.metadata.name, namespace: like.metadata.namespace },
    }
  }

  const apply = ({ object, conflicts, mode }: Parameters<KubeClient['apply']>[0]): KubeObject => {
    requireNamespace(object)
    const key = keyOf(referenceTo(object))
    const before = stored.get(key)
    const { apiVersion: _, kind: __, metadata, ...content } = object
    const { labels = {}, annotations = {} } = metadata
    const wanted = json({ ...content, metadata: { labels, annotations } })
    const current = before === undefined ? {} : json(before.object)
    const owners = new Map(before?.owners)
    const present = leaves(current)
    const applied = leaves(wanted)
    for (const [path, value] of applied) {
      const owner = owners.get(path)
      const foreign = owner !== undefined && owner !== 'shopctl' && !isDeepStrictEqual(present.get(path), value)
      if (foreign && conflicts === 'refuse') {
        throw refusal('FIELD_CONFLICT', `${pathInWords(path)} of ${key} belongs to ${owner}`)
      }
      owners.set(path, 'shopctl')
    }
    let next = merge(current, wanted)
    for (const [path, owner] of [...owners]) {
      if (owner !== 'shopctl' || applied.has(path)) continue
      next = removePath(next, pathOf(path))
      owners.delete(path)
    }
    const base = before?.object ?? isNew(object)
    const after = changed(base, toObject(next, { ...object, metadata: base.metadata }))
    if (before !== undefined) requireMutable(before.object, after)
    if (mode === 'dry-run') return copy({ ...after, metadata: { ...after.metadata, resourceVersion: undefined } })
    return before !== undefined && isDeepStrictEqual(json(before.object), json(after))
      ? copy(after)
      : put(after, owners)
  }

  return {
    context: 'memory',
    server: 'https://memory.invalid',
    requests,
    requestCount: () => requests.length,
    objects: (kind) =>
      [...stored.values()].map(({ object }) => copy(object)).filter((object) => !kind || object.kind === kind),

    edit(reference, change) {
      const { object, owners } = requireThere(reference)
      const taken = [...leaves(change)].map(([path]) => [path, 'kubectl-edit'] as const)
      return put(changed(object, toObject(merge(json(object), change), object)), new Map([...owners, ...taken]))
    },
    compact() {
      compactedTo = version
      changes = []
    },
    endWatches() {
      watchEpoch += 1
      announce()
    },

    async read(reference, signal) {
      return served(request('read', reference), signal, () => {
        const found = stored.get(keyOf(reference))
        return found === undefined ? null : copy(found.object)
      })
    },
    async list(wanted, signal) {
      return served(request('list', { ...wanted, name: '' }), signal, () => ({
        items: [...stored.values()].map(({ object }) => copy(object)).filter((object) => selects(wanted, object)),
        resourceVersion: String(version),
      }))
    },
    async create(object, signal) {
      return served(request('create', referenceTo(object)), signal, () => {
        requireNamespace(object)
        if (stored.has(keyOf(referenceTo(object)))) return null
        return put(isNew(object), new Map())
      })
    },
    async apply(wanted, signal) {
      return served(request('apply', referenceTo(wanted.object)), signal, () => apply(wanted))
    },
    async replace(object, signal) {
      return served(request('replace', referenceTo(object)), signal, () => {
        const before = stored.get(keyOf(referenceTo(object)))
        if (before?.object.metadata.resourceVersion !== object.metadata.resourceVersion || before === undefined)
          return null
        requireMutable(before.object, object)
        return put(changed(before.object, object), before.owners)
      })
    },
    async patch(reference, { body, subresource, fieldManager = 'shopctl-patch' }, signal) {
      return served(request('patch', reference), signal, () => {
        const { object, owners } = requireThere(reference)
        const change = json(body)
        const after = changed(object, toObject(merge(json(object), change), object))
        requireMutable(object, after)
        const taken = [...leaves(change)].map(([path]) => [path, fieldManager] as const)
        return put(after, subresource === 'status' ? owners : new Map([...owners, ...taken]))
      })
    },
    async delete(reference, signal) {
      return served(request('delete', reference), signal, () => {
        const key = keyOf(reference)
        const there = stored.has(key)
        if (there && reference.kind === 'Namespace') {
          const inside = [...stored].filter(([, { object }]) => object.metadata.namespace === reference.name)
          for (const [other] of inside) drop(other)
        }
        drop(key)
        return there
      })
    },
    async *watch(wanted, signal) {
      await served(request('watch', { ...wanted, name: '' }), signal, () => undefined)
      const epoch = watchEpoch
      let seen = Number(wanted.resourceVersion)
      while (epoch === watchEpoch) {
        signal.throwIfAborted()
        if (seen < compactedTo) throw new WatchExpired(`resource version ${seen} is compacted`)
        const next = changes.find((change) => change.version > seen)
        if (next === undefined) {
          await changeOrAbort(signal)
          continue
        }
        seen = next.version
        const event = eventOf(next, (object) => selects(wanted, object))
        if (event !== null) yield event
      }
    },
    logs: async ({ pod }) => options.logs?.(pod) ?? '',
    async *followLogs({ pod }) {
      yield* (options.logs?.(pod) ?? '').split('\n').filter((line) => line !== '')
    },
    askPod: options.askPod ?? (async () => Promise.reject(unreachable())),
    forward: async (_, socket) => {
      socket.destroy()
    },
    version: async () => ({ gitVersion: 'v1.34.4', serverTime: new Date() }),
    may: options.may ?? (async () => true),
  }

  function changeOrAbort(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      listeners.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

/** What a watcher of some objects is told: one that leaves its selection is gone, whatever else it does. */
const eventOf = (
  { version, before, after }: Change,
  selected: (object: KubeObject) => boolean,
): Exclude<WatchEvent, { type: 'BOOKMARK' }> | null => {
  const was = before !== null && selected(before)
  if (after !== null && selected(after)) return { type: was ? 'MODIFIED' : 'ADDED', object: copy(after) }
  if (before === null || !was) return null
  const metadata = { ...before.metadata, resourceVersion: String(version) }
  return { type: 'DELETED', object: copy({ ...before, metadata }) }
}

const metadataOf = (value: Json): Readonly<Record<string, Json>> => {
  const metadata = isObject(value) ? value.metadata : undefined
  return isObject(metadata) ? metadata : {}
}
