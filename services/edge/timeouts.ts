/** How long the edge waits for whom; a test passes shorter ones. */
export const timeouts = {
  connectMilliseconds: 2_000,
  /** From the request sent until the head of the answer. */
  answerHeadMilliseconds: 30_000,
  /** Between two parts of an answer's body. */
  answerBodyMilliseconds: 120_000,
  /** Far below the 65 s of the services: the edge, not the service, ends an idle connection, so none is reused too late. */
  idleUpstreamMilliseconds: 4_000,
  clientHeadMilliseconds: 10_000,
  clientRequestMilliseconds: 60_000,
  /** Longer than a load balancer's 60 s in front. */
  idleClientMilliseconds: 65_000,
  /** While stopping: how long clients are told `Connection: close` before the listeners close. */
  farewellMilliseconds: 500,
  /** While stopping: how long requests may take to end. */
  drainMilliseconds: 9_000,
} as const

export type Timeouts = { readonly [Name in keyof typeof timeouts]: number }
