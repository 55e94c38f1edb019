import type { Fault } from './fault.ts'

export const kitFaults: readonly Fault[] = [
  {
    name: 'limiter: the count is read, then raised',
    edits: [
      {
        file: 'kit/rate-limit/redis-rate-store.ts',
        search:
          'const reply = await breaker.run(() => redis.eval(takeScript, 1, place(name, key), windowSeconds * 1_000))',
        replacement: [
          'const id = place(name, key)',
          'const before = Number((await breaker.run(() => redis.get(id))) ?? 0)',
          "await breaker.run(() => redis.set(id, before + 1, 'PX', windowSeconds * 1_000))",
          'const reply = [before + 1, windowSeconds * 1_000]',
        ].join('\n      '),
      },
    ],
    project: 'integration',
    files: ['kit/rate-limit/rate-stores.integration.test.ts'],
    ids: ['G4'],
  },
  {
    name: 'limiter: the left-most forwarded address is believed',
    edits: [
      { file: 'kit/client-address.ts', search: 'forwarded.at(-trustedProxyHops)', replacement: 'forwarded.at(0)' },
    ],
    project: 'unit',
    files: ['kit/client-address.test.ts'],
    ids: ['G6'],
  },
  {
    name: 'shutdown: SIGTERM ends the process at once',
    edits: [
      {
        file: 'kit/shutdown.ts',
        search: "logger.info({ signal }, 'shutting down')",
        replacement: 'process.exit(0)',
      },
    ],
    project: 'chaos',
    files: ['testing/life.chaos.test.ts'],
    ids: ['X1'],
  },
  {
    name: 'database: nobody hears of a broken idle connection',
    edits: [
      {
        file: 'kit/database.ts',
        search: "  pool.on('error', onConnectionError)\n",
        replacement: "  pool.on('error', onConnectionError).removeAllListeners('error')\n",
      },
    ],
    project: 'integration',
    files: ['kit/database.integration.test.ts'],
    ids: ['X2'],
  },
  {
    name: 'log: one kind of field is not redacted',
    edits: [{ file: 'kit/logging.ts', search: '/password|passwd|token|secret|', replacement: '/passwd|token|secret|' }],
    project: 'unit',
    files: ['kit/logging.test.ts'],
    ids: ['A10'],
  },
  {
    name: 'guard: whoever has a token may do anything',
    edits: [
      {
        file: 'kit/guard.ts',
        search: '  if (!rule.roles.includes(present.role)) throw new Problem(problems.forbidden)\n',
        replacement: '',
      },
    ],
    project: 'integration',
    files: ['testing/role-matrix.integration.test.ts'],
    ids: ['A9', 'C39'],
  },
  {
    name: 'edge: a claim of a client passes',
    edits: [{ file: 'edge/header-policies.ts', search: "  'x-user-id',\n", replacement: '' }],
    project: 'unit',
    files: ['edge/request-head.test.ts'],
    ids: ['G1'],
  },
]
