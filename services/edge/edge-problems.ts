/** One kind of failure that the edge itself answers. A code never changes its meaning. */
export type EdgeProblem = { readonly code: string; readonly status: number; readonly title: string }

export const edgeProblems = {
  malformed: { code: 'edge/malformed', status: 400, title: 'The request cannot be parsed' },
  unauthorized: { code: 'edge/unauthorized', status: 401, title: 'The control token is missing or wrong' },
  notFound: { code: 'edge/not-found', status: 404, title: 'No such path' },
  methodNotAllowed: { code: 'edge/method-not-allowed', status: 405, title: 'Method not allowed' },
  requestTimeout: { code: 'edge/request-timeout', status: 408, title: 'The request did not arrive in time' },
  expectationFailed: { code: 'edge/expectation-failed', status: 417, title: 'The expectation cannot be met' },
  routesRefused: {
    code: 'edge/routes-refused',
    status: 422,
    title: 'The routes file is refused; the last good one stays',
  },
  headersTooLarge: { code: 'edge/headers-too-large', status: 431, title: 'The headers are too large' },
  internal: { code: 'edge/internal', status: 500, title: 'Internal error' },
  noRelease: { code: 'edge/no-release', status: 503, title: 'No release is serving' },
  upstreamUnavailable: { code: 'edge/upstream-unavailable', status: 503, title: 'A service does not answer' },
  upstreamTimeout: { code: 'edge/upstream-timeout', status: 504, title: 'A service did not answer in time' },
} as const satisfies Record<string, EdgeProblem>

export type ProblemFacts = { readonly detail: string; readonly path: string; readonly requestId: string }

/** The RFC 9457 body, as every service answers it. */
export function renderProblem(problem: EdgeProblem, { detail, path, requestId }: ProblemFacts): string {
  return JSON.stringify({
    type: `urn:shop:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail,
    instance: path,
    code: problem.code,
    request_id: requestId,
  })
}
