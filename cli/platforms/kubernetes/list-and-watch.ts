import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { type KubeClient, type ListRequest, type WatchEvent, WatchExpired } from './kube-client.ts'
import { networkWords } from './network-failure.ts'
import { WatchFailed } from './watch-objects.ts'
import { type WatchChange, WatchedObjects } from './watched-objects.ts'

export type ListAndWatchOptions = {
  /** `objects` is one map for all of the time: it is read when called, and not kept. */
  readonly onChange: (change: WatchChange, watched: WatchedObjects) => void
  readonly signal: AbortSignal
  /** After which each watch is opened anew. Not a limit of silence: a watch over which nothing comes is cut at its end. */
  readonly watchSeconds?: number
}

const defaultWatchSeconds = 15
/** Past its own end a watch is in a black hole: nothing will come over it, not even its end. */
const lateSeconds = 2

const shortestPauseMilliseconds = 50
const longestPauseMilliseconds = 1_000
/** A server that has just started may not know its roles yet. */
const refusedSeconds = 10
/** So often in a row the server's no may pass; then its versions may be others than ours, after a restore. */
const failuresBeforeList = 2

/** A watch that is taken brings at once what it missed: quiet for so long, it missed nothing. */
const quietMilliseconds = 500

class WatchSilent extends Error {
  override readonly name = 'WatchSilent'
}

type Loop = {
  readonly client: Pick<KubeClient, 'list' | 'watch'>
  readonly request: ListRequest
  readonly watched: WatchedObjects
  readonly options: ListAndWatchOptions
}

/** An error of whoever listens is none of the network's. */
class ListenerFailed extends Error {
  override readonly name = 'ListenerFailed'
}

const tell = ({ watched, options }: Loop, change: WatchChange | null): void => {
  if (change === null) return
  try {
    options.onChange(change, watched)
  } catch (cause) {
    throw new ListenerFailed('onChange threw', { cause })
  }
}

const list = async (loop: Loop): Promise<void> => {
  const { items, resourceVersion } = await loop.client.list(loop.request, loop.options.signal)
  tell(loop, loop.watched.listed(items, resourceVersion))
}

const take = (loop: Loop, event: WatchEvent): void => {
  const touched = loop.watched.touched()
  const changed = loop.watched.happened(event)
  tell(loop, touched)
  tell(loop, changed)
}

/** What is told with the head of the answer says only that there is a connection: what is known is still of before. */
const isOpening = ({ watched }: Loop, event: WatchEvent): boolean =>
  !watched.touch.inTouch && event.type === 'BOOKMARK' && event.resourceVersion === watched.version

const follow = async (loop: Loop, events: AsyncIterable<WatchEvent>, cut: AbortController): Promise<void> => {
  let quiet: NodeJS.Timeout | undefined
  const missedNothing = () => {
    try {
      tell(loop, loop.watched.touched())
    } catch (error) {
      cut.abort(error)
    }
  }
  try {
    for await (const event of events) {
      clearTimeout(quiet)
      if (quiet === undefined && isOpening(loop, event)) quiet = setTimeout(missedNothing, quietMilliseconds)
      else take(loop, event)
    }
  } finally {
    clearTimeout(quiet)
  }
}

/** Returns when the server ends the watch. */
const watchOnce = async (loop: Loop, resourceVersion: string): Promise<void> => {
  const { watchSeconds: timeoutSeconds = defaultWatchSeconds, signal } = loop.options
  const cut = new AbortController()
  const late = () => cut.abort(new WatchSilent(`nothing came for ${timeoutSeconds + lateSeconds} s, not even the end`))
  const timer = setTimeout(late, (timeoutSeconds + lateSeconds) * 1000)
  try {
    const request = { ...loop.request, resourceVersion, timeoutSeconds }
    await follow(loop, loop.client.watch(request, AbortSignal.any([signal, cut.signal])), cut)
  } catch (error) {
    throw cut.signal.aborted ? cut.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

const isRefused = (error: unknown): boolean => error instanceof ShopctlError && error.outcome === 'refused'

const backoffMilliseconds = (failures: number): number =>
  Math.min(longestPauseMilliseconds, shortestPauseMilliseconds * 2 ** failures) * (0.5 + Math.random() / 2)

const throwIfFinal = ({ watched }: Loop, error: unknown): void => {
  if (error instanceof ListenerFailed) throw error.cause
  if (isRefused(error) && (!watched.hasListed || watched.secondsOutOfTouch() > refusedSeconds)) throw error
}

/** How long to wait before the next try, in milliseconds. */
const afterFailure = (loop: Loop, error: unknown, failures: number): number => {
  const { watched } = loop
  const isOutdated = error instanceof WatchFailed && failures >= failuresBeforeList
  if (error instanceof WatchExpired || isOutdated) watched.forgetVersion()
  if (error instanceof WatchExpired && failures === 1) return 0
  tell(loop, watched.lost(networkWords(error), error instanceof WatchSilent ? 'last-sign' : 'now'))
  const afterSeconds = error instanceof WatchFailed ? error.afterSeconds : 0
  return Math.max(afterSeconds * 1000, backoffMilliseconds(failures))
}

/** The next number of failures in a row. */
const step = async (loop: Loop, failures: number): Promise<number> => {
  const { version } = loop.watched
  if (version === null) {
    await list(loop)
    return failures
  }
  const began = performance.now()
  await watchOnce(loop, version)
  const ended = performance.now() - began > longestPauseMilliseconds || loop.watched.version !== version
  if (ended) return 0
  // A server that ends each watch at once must not be asked in a storm.
  await pause(backoffMilliseconds(failures), undefined, { signal: loop.options.signal })
  return failures + 1
}

/**
 * Keeps what a list would show, from the events of one watch: goes on from the last version that it saw after any cut,
 * and lists again where that version is gone. Tries until the signal aborts, and then returns; `touch` tells whether
 * what is known is what is so. Throws only what the server refuses.
 */
export const listAndWatch = async (
  client: Loop['client'],
  request: ListRequest,
  options: ListAndWatchOptions,
): Promise<void> => {
  const loop: Loop = { client, request, options, watched: new WatchedObjects() }
  const { signal } = options
  let failures = 0
  while (!signal.aborted) {
    const { version } = loop.watched
    try {
      failures = await step(loop, failures)
    } catch (error) {
      if (signal.aborted) return
      throwIfFinal(loop, error)
      failures = version === loop.watched.version ? failures + 1 : 1
      await pause(afterFailure(loop, error, failures), undefined, { signal }).catch(() => undefined)
    }
  }
}
