import type { Grafana } from './grafana-settings.ts'
import type { Annotation } from './release-annotation.ts'

export type AnnotateRequest = {
  readonly grafana: Grafana
  readonly signal: AbortSignal
  /** For the whole answer; 3 where it is left out: a release waits for nobody's pictures. */
  readonly answerSeconds?: number
}

/**
 * Writes it to Grafana (https://grafana.com/docs/grafana/latest/developers/http_api/annotations/). Never throws: the
 * answer is null, or why it is not there, in words that hold nothing secret.
 */
export const annotateRelease = async (
  annotation: Annotation,
  { grafana, signal, answerSeconds = 3 }: AnnotateRequest,
): Promise<string | null> => {
  const limit = AbortSignal.timeout(answerSeconds * 1_000)
  try {
    const response = await fetch(addressOf(grafana.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${grafana.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(annotation),
      // Whoever it is sent on to would get the token.
      redirect: 'error',
      signal: AbortSignal.any([limit, signal]),
    })
    await response.body?.cancel()
    return response.ok ? null : refusal(response.status)
  } catch (error) {
    if (limit.aborted) return `it did not answer within ${answerSeconds} s`
    if (signal.aborted) return 'interrupted'
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  }
}

/** Grafana may live below a path. */
const addressOf = ({ origin, pathname }: URL): string => `${origin}${pathname.replace(/\/+$/, '')}/api/annotations`

const refusal = (status: number): string =>
  status === 401 || status === 403
    ? `it answered ${status}: the token may not write annotations (its service account needs the role Editor)`
    : `it answered ${status}`
