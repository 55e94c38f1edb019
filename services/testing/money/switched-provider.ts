import { type RecordedCall, type ScriptedAnswer, scriptedServer } from '../../kit/testing/scripted-server.ts'

export type SwitchedProvider = {
  readonly url: string
  readonly calls: readonly RecordedCall[]
  /** `silent`: takes every call and answers none. `down`: answers each with 503. */
  turn(state: 'up' | 'down' | 'silent'): void
  forget(): void
  close(): Promise<void>
}

/** In front of a provider's stand-in, so that it can be silent. */
export async function switchedProvider(behind: { readonly url: string }): Promise<SwitchedProvider> {
  const server = await scriptedServer()
  let state: 'up' | 'down' | 'silent' = 'up'
  server.script(async (call) => {
    if (state === 'silent') return 'hang'
    if (state === 'down') return { status: 503, json: { error: { type: 'api_error' } } }
    return forwarded(call, behind.url)
  })
  return {
    url: server.url,
    calls: server.calls,
    turn(next) {
      state = next
    },
    forget: server.forget,
    close: server.close,
  }
}

async function forwarded({ method, path, headers, body }: RecordedCall, url: string): Promise<ScriptedAnswer> {
  const own = ['host', 'connection', 'content-length', 'transfer-encoding']
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    own.includes(name) || value === undefined ? [] : [[name, String(value)]],
  )
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(new URL(path, url), { method, headers: Object.fromEntries(kept), ...sent })
  return { status: response.status, text: await response.text() }
}
