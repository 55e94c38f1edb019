import { createHash, timingSafeEqual } from 'node:crypto'
import type { ServiceName } from '../registry.ts'
import type { Routes } from './routes-file.ts'
import type { Timeouts } from './timeouts.ts'
import { Upstream } from './upstream.ts'

/** A release as requests meet it. A request keeps the one it got when its head arrived. */
export type BoundRelease = {
  /** Null where the edge is not told. */
  readonly release: number | null
  readonly upstreams: Readonly<Record<ServiceName, Upstream>>
  /** The token to pass on where the request asked for the candidate and may. */
  readonly previewToken: string | null
}

type Table = {
  readonly generation: number
  readonly current: BoundRelease | null
  readonly candidate: {
    readonly bound: BoundRelease
    readonly tokenDigest: Buffer
    readonly reach: 'by-token' | 'between-services'
  } | null
}

export type SwitchStatus = {
  readonly generation: number
  readonly release: number | null
  readonly candidate: number | null
  readonly in_flight: Readonly<Record<string, number>>
}

/** Holds which release is current. Switching is one assignment: no request sees half of it. */
export class ReleaseSwitch {
  readonly #timeouts: Timeouts
  #table: Table = { generation: 0, current: null, candidate: null }
  #referenced = new Map<string, Upstream>()
  /** No longer routed to, but still answering. */
  readonly #retiring = new Set<Upstream>()

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts
  }

  apply(routes: Routes): void {
    const before = this.#referenced
    const after = new Map<string, Upstream>()
    const upstreamAt = (url: string): Upstream => {
      const upstream = after.get(url) ?? before.get(url) ?? new Upstream(url, this.#timeouts)
      after.set(url, upstream)
      return upstream
    }
    const bind = (release: NonNullable<Routes['current']>, previewToken: string | null): BoundRelease => {
      const { users, catalog, orders } = release.upstreams
      const upstreams = { users: upstreamAt(users), catalog: upstreamAt(catalog), orders: upstreamAt(orders) }
      return { release: release.release, upstreams, previewToken }
    }
    const { current, candidate, generation } = routes
    const table: Table = {
      generation,
      current: current && bind(current, null),
      candidate: candidate && {
        bound: bind(candidate, candidate.token),
        tokenDigest: digest(candidate.token),
        reach: candidate.reach,
      },
    }

    this.#table = table
    this.#referenced = after
    for (const [url, upstream] of before) if (!after.has(url)) this.#retire(upstream)
  }

  /** The release for a request that carries this preview token; null where there is none. */
  select(previewToken: string | null): BoundRelease | null {
    const { current, candidate } = this.#table
    if (previewToken === null || candidate === null) return current
    return timingSafeEqual(digest(previewToken), candidate.tokenDigest) ? candidate.bound : current
  }

  /** For one service that asks another: where users are on nothing that lives, those of the candidate must meet. */
  selectBetweenServices(previewToken: string | null): BoundRelease | null {
    const { candidate } = this.#table
    return candidate?.reach === 'between-services' ? candidate.bound : this.select(previewToken)
  }

  status(): SwitchStatus {
    const inFlight: Record<string, number> = {}
    for (const { url, inFlight: count } of [...this.#referenced.values(), ...this.#retiring]) {
      inFlight[url] = (inFlight[url] ?? 0) + count
    }
    const { generation, current, candidate } = this.#table
    const candidateRelease = candidate?.bound.release ?? null
    return { generation, release: current?.release ?? null, candidate: candidateRelease, in_flight: inFlight }
  }

  /** Cuts every connection to every upstream. For after the last request. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#referenced.values(), ...this.#retiring].map((upstream) => upstream.destroy()))
  }

  #retire(upstream: Upstream): void {
    this.#retiring.add(upstream)
    // Rejects where it is destroyed meanwhile, which is an end too.
    void Promise.allSettled([upstream.close()]).then(() => this.#retiring.delete(upstream))
  }
}

/** Digests have one length, which the comparison in constant time asks for. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
