import type { KubeObject, WatchEvent } from './kube-client.ts'

/** Since when, by `performance.now()`. What is known while out of touch may be no longer so. */
export type Touch =
  | { readonly inTouch: true; readonly at: number }
  | { readonly inTouch: false; readonly since: number; readonly why: string }

export type WatchChange =
  /** All objects anew: the first ones, or after a gap in which anything may have happened. */
  | { readonly type: 'listed' }
  | { readonly type: 'set' | 'gone'; readonly object: KubeObject }
  /** In touch again, or no longer. */
  | { readonly type: 'touch' }

/** A third of a pod in bytes, and of no use to whoever asks whether it is well. */
const withoutManagedFields = (object: KubeObject): KubeObject => {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`

/** What a list would show now, kept by events. The work for an event does not depend on how many objects there are. */
export class WatchedObjects {
  readonly #objects = new Map<string, KubeObject>()
  #touch: Touch = { inTouch: false, since: performance.now(), why: 'not listed yet' }
  #version: string | null = null
  #hasListed = false

  /** By uid. */
  get objects(): ReadonlyMap<string, KubeObject> {
    return this.#objects
  }

  get touch(): Touch {
    return this.#touch
  }

  /** Where a watch goes on; null where only a list helps. */
  get version(): string | null {
    return this.#version
  }

  get hasListed(): boolean {
    return this.#hasListed
  }

  secondsOutOfTouch(): number {
    return this.#touch.inTouch ? 0 : (performance.now() - this.#touch.since) / 1000
  }

  listed(items: readonly KubeObject[], resourceVersion: string): WatchChange {
    this.#objects.clear()
    for (const item of items) this.#objects.set(keyOf(item), withoutManagedFields(item))
    this.#version = resourceVersion
    this.#hasListed = true
    this.touched()
    return { type: 'listed' }
  }

  happened(event: WatchEvent): WatchChange | null {
    if (event.type === 'BOOKMARK') {
      this.#version = event.resourceVersion
      return null
    }
    const object = withoutManagedFields(event.object)
    this.#version = object.metadata.resourceVersion ?? this.#version
    if (event.type === 'DELETED') this.#objects.delete(keyOf(object))
    else this.#objects.set(keyOf(object), object)
    return { type: event.type === 'DELETED' ? 'gone' : 'set', object }
  }

  /** Something came from the server. */
  touched(): WatchChange | null {
    const { inTouch } = this.#touch
    this.#touch = { inTouch: true, at: performance.now() }
    return inTouch ? null : { type: 'touch' }
  }

  /** `last-sign`: nobody knows when the connection died, only when it last brought something. */
  lost(why: string, since: 'now' | 'last-sign'): WatchChange | null {
    if (!this.#touch.inTouch) {
      this.#touch = { ...this.#touch, why }
      return null
    }
    this.#touch = { inTouch: false, since: since === 'now' ? performance.now() : this.#touch.at, why }
    return { type: 'touch' }
  }

  forgetVersion(): void {
    this.#version = null
  }
}
