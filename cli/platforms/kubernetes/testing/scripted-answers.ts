import type { ScriptedAnswer } from './scripted-api-server.ts'

export const configMap = (name: string, version: number, data: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version) },
  data,
})

export const answersWith =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ScriptedAnswer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

type No = { readonly reason?: string; readonly message?: string; readonly details?: unknown }

export const saysNo = (code: number, no: No = {}): ScriptedAnswer =>
  answersWith(code, { kind: 'Status', status: 'Failure', code, reason: '', message: `no ${code}`, ...no })

export const lists = (version: number, ...items: readonly unknown[]): ScriptedAnswer =>
  answersWith(200, { metadata: { resourceVersion: String(version) }, items })

export const eventLine = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`

/** How a watch goes on after its events. */
export type WatchEnd = 'ends' | 'resets' | 'stays open'

export const watches =
  (end: WatchEnd, ...lines: readonly string[]): ScriptedAnswer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    response.write(lines.join(''), () => {
      if (end === 'ends') response.end()
      if (end === 'resets') setImmediate(() => response.socket?.resetAndDestroy())
    })
  }

/** The request arrives, and its answer is lost. */
export const losesTheAnswer: ScriptedAnswer = (response) => {
  response.socket?.resetAndDestroy()
}
