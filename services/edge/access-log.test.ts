import { expect, test } from 'vitest'
import { type AccessEntry, createAccessLog } from './access-log.ts'

const entry: AccessEntry = {
  requestId: 'r1',
  listener: 'public',
  method: 'GET',
  path: '/api/v1/products/1',
  route: '/api/v1/products',
  statusCode: 200,
  durationMilliseconds: 1.26,
  bytes: 719,
  ip: '127.0.0.1',
  upstream: 'catalog',
  release: 41,
  error: null,
  end: 'complete',
}

function logged(change: Partial<AccessEntry>, level = 'info'): string[] {
  const lines: string[] = []
  const facts = { service: 'edge', version: '1.4.0', namespace: undefined, pod: undefined }
  createAccessLog({ write: (line) => void lines.push(line) }, { facts, level })({ ...entry, ...change })
  return lines
}

test('X20: one line holds the fields under their names, absent ones left out', () => {
  const [line = ''] = logged({ error: null })
  expect(line.endsWith('}\n')).toBe(true)
  const { timestamp, ...fields } = JSON.parse(line)
  expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(fields).toEqual({
    level: 'INFO',
    service: 'edge',
    version: '1.4.0',
    request_id: 'r1',
    listener: 'public',
    method: 'GET',
    path: '/api/v1/products/1',
    route: '/api/v1/products',
    status_code: 200,
    duration_ms: 1.3,
    bytes: 719,
    ip: '127.0.0.1',
    upstream: 'catalog',
    release: 41,
    message: 'request',
  })
})

test.each([
  [{ statusCode: 404 }, 'INFO'],
  [{ statusCode: 499, end: 'left' as const }, 'INFO'],
  [{ durationMilliseconds: 1_001 }, 'WARN'],
  [{ statusCode: 503 }, 'ERROR'],
  [{ error: { type: 'SocketError', message: 'other side closed' } }, 'ERROR'],
])('X20: the level tells how bad it is: %j', (change, level) => {
  expect(JSON.parse(logged(change)[0] ?? '')).toMatchObject({ level })
})

test('X20: what comes from outside stays inside its string', () => {
  const path = '/a\n{"level":"FATAL"}\u001b[31m"'
  const [line = ''] = logged({ path, method: 'M"' })
  expect(line.indexOf('\n')).toBe(line.length - 1)
  expect(JSON.parse(line)).toMatchObject({ path, method: 'M"', level: 'INFO' })
})

test('lines below the level are not written', () => {
  expect(logged({}, 'warn')).toEqual([])
  expect(logged({ statusCode: 500 }, 'warn')).toHaveLength(1)
})
