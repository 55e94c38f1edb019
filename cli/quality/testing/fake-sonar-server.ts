import { createServer } from 'node:http'
import { z } from 'zod'

/**
 * The examples that SonarQube's own Web API documentation shows (task-example.json, project_status-example.json), as
 * far as they are read. No SonarQube was asked.
 */
export const taskSucceeded = {
  task: {
    id: 'AYhSC2-LY0CHkWJxvNA9',
    type: 'REPORT',
    componentKey: 'shop',
    analysisId: 'AYhSC3WDE6ILQDIMAPIp',
    status: 'SUCCESS',
    submittedAt: '2023-05-25T10:34:21+0200',
    executionTimeMs: 2840,
    warningCount: 0,
  },
}
export const taskPending = { task: { id: 'AYhSC2-LY0CHkWJxvNA9', type: 'REPORT', status: 'PENDING' } }
export const taskFailed = {
  task: { ...taskPending.task, status: 'FAILED', errorMessage: 'Fail to extract report AYhSC2 from database' },
}
export const gateFailed = {
  projectStatus: {
    status: 'ERROR',
    ignoredConditions: false,
    caycStatus: 'non-compliant',
    conditions: [
      { status: 'OK', metricKey: 'new_sqale_debt_ratio', comparator: 'GT', errorThreshold: '5', actualValue: '0.65' },
      { status: 'ERROR', metricKey: 'new_coverage', comparator: 'LT', errorThreshold: '80', actualValue: '62.5056' },
      {
        status: 'ERROR',
        metricKey: 'new_blocker_violations',
        comparator: 'GT',
        errorThreshold: '0',
        actualValue: '14',
      },
      { status: 'OK', metricKey: 'skipped_tests', comparator: 'GT', actualValue: '0' },
    ],
  },
}
export const gatePassed = {
  projectStatus: {
    status: 'OK',
    conditions: [
      { status: 'OK', metricKey: 'new_coverage', comparator: 'LT', errorThreshold: '80', actualValue: '91.2' },
    ],
  },
}

/** `cut`: the connection ends without an answer. A text is sent as it is. */
export type Reply = 'cut' | { readonly status?: number; readonly body?: unknown; readonly location?: string }

export type FakeSonar = {
  readonly url: string
  readonly asked: () => readonly string[]
  close(): Promise<void>
}

const knownPaths = ['/api/ce/task', '/api/qualitygates/project_status']

/** Answers each path with its replies one after the other, the last one for ever. Asks for the bearer token. */
export const startFakeSonar = async (
  token: string,
  replies: { readonly task: readonly Reply[]; readonly gate: readonly Reply[] },
): Promise<FakeSonar> => {
  const asked: string[] = []
  const left = [[...replies.task], [...replies.gate]]
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    const queue = left[knownPaths.findIndex((path) => url.startsWith(`${path}?`))]
    const reply = queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0]
    if (reply === undefined) return response.writeHead(404).end('{"errors":[{"msg":"Unknown url"}]}')
    if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end()
    if (reply === 'cut') return request.socket.destroy()
    const { status = 200, body = '', location } = reply
    const headers = location === undefined ? {} : { location }
    return response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
