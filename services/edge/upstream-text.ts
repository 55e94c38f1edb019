import type { Dispatcher } from 'undici'
import type { Upstream } from './upstream.ts'

export type UpstreamText = { readonly status: number; readonly text: string }

const limits = { answerMilliseconds: 3_000, bytes: 4 * 1024 * 1024 } as const

/** What the edge itself reads of a service, whole. Rejects where it does not come in time or is too large. */
export function fetchUpstreamText(
  upstream: Upstream,
  { path, headers }: { readonly path: string; readonly headers: readonly string[] },
): Promise<UpstreamText> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamText>()
  const chunks: Buffer[] = []
  let size = 0
  let status = 0
  let timer: NodeJS.Timeout | undefined
  upstream.inFlight += 1
  const settle = (end: () => void) => {
    clearTimeout(timer)
    upstream.inFlight -= 1
    end()
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      timer = setTimeout(() => controller.abort(new Error('no answer in time')), limits.answerMilliseconds)
    },
    onResponseStart(_controller, code) {
      status = code
    },
    onResponseData(controller, chunk) {
      size += chunk.length
      chunks.push(chunk)
      if (size > limits.bytes) controller.abort(new Error(`the answer is over ${limits.bytes} bytes`))
    },
    onResponseEnd: () => settle(() => resolve({ status, text: Buffer.concat(chunks).toString() })),
    onResponseError: (_controller, error) => settle(() => reject(error)),
  }
  upstream.dispatch({ method: 'GET', path, headers: [...headers] }, handler)
  return promise
}
