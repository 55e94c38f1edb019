import type { FuzzRequest } from './fuzz-request.ts'

/** Each try is one request to the service. */
const mostTries = 200

/** Takes parts away as long as what is left still fails; greedy, so small rather than smallest of all. */
export async function smallestRequest(
  request: FuzzRequest,
  fails: (simpler: FuzzRequest) => Promise<boolean>,
): Promise<FuzzRequest> {
  let smallest = request
  let candidates = simplerThan(smallest)
  for (let tries = 0; tries < mostTries; tries += 1) {
    const next = candidates.shift()
    if (next === undefined) break
    if (!(await fails(next))) continue
    smallest = next
    candidates = simplerThan(smallest)
  }
  return smallest
}

/** The same request with one part less, the largest parts first. */
export function simplerThan(request: FuzzRequest): FuzzRequest[] {
  const { target, headers, body } = request
  const [path = '', query] = target.split(/\?(.*)/s, 2)
  const parts = query === undefined ? [] : query.split('&')
  const fewer = (left: readonly string[]) => (left.length === 0 ? path : `${path}?${left.join('&')}`)
  return [
    ...(body === null ? [] : [{ ...request, body: null }]),
    ...(query === undefined ? [] : [{ ...request, target: path }]),
    ...Object.keys(headers).map((name) => ({ ...request, headers: without(headers, name) })),
    ...(parts.length < 2 ? [] : parts.map((_, at) => ({ ...request, target: fewer(parts.toSpliced(at, 1)) }))),
    ...simplerBodies(body).map((simpler) => ({ ...request, body: simpler })),
  ]
}

function simplerBodies(body: string | null): readonly string[] {
  if (body === null || body === '') return []
  const half = Math.ceil(body.length / 2)
  try {
    const value: unknown = JSON.parse(Buffer.from(body, 'latin1').toString())
    return simplerValues(value).map((simpler) => Buffer.from(JSON.stringify(simpler)).toString('latin1'))
  } catch {
    return half === body.length ? [] : [body.slice(0, half), body.slice(half)]
  }
}

function simplerValues(value: unknown): readonly unknown[] {
  if (typeof value === 'string' && value.length > 1) return [value.slice(0, Math.floor(value.length / 2))]
  if (Array.isArray(value)) {
    const fewer = value.map((_, at) => value.toSpliced(at, 1))
    return [...fewer, ...value.flatMap((item, at) => simplerValues(item).map((simpler) => value.with(at, simpler)))]
  }
  if (typeof value !== 'object' || value === null) return []
  const fields = Object.entries(value)
  return [
    ...fields.map(([name]) => without(Object.fromEntries(fields), name)),
    ...fields.flatMap(([name, field]) => simplerValues(field).map((simpler) => ({ ...value, [name]: simpler }))),
  ]
}

const without = <Value>(fields: Readonly<Record<string, Value>>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name))
