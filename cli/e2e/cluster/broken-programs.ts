import { halfMigration, halfMigrationFile } from '../broken-services.ts'
import { type ClusterBreakage, type Edit, swap, whenServing } from './cluster-breakage.ts'

const probesFile = 'manifests/probes.ts'

const coldStove = `await runService({
  ...usersService,
  async open(context) {
    const checks = { stove: async () => { throw new Error('the stove is cold') } }
    return { ...(await usersService.open(context)), checks }
  },
})`

const addMigration: Edit = {
  path: 'services/catalog/catalog-service.ts',
  change: (text) =>
    `import { half } from './migrations/0099-half.ts'\n${text.replace('] as const', '  half,\n] as const')}`,
}
const migration = (second: string): readonly Edit[] => [
  { path: halfMigrationFile, change: () => halfMigration(second) },
  addMigration,
]

/** What the services themselves do wrong. */
export const brokenPrograms: readonly ClusterBreakage[] = [
  {
    title: 'throws at start',
    service: 'orders',
    edits: [whenServing('orders', "throw new Error('broken on purpose: no stove')")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ exited with code 1 (within a second|after \d+ s) \(it ended twice\)$/,
    said: 'Error: broken on purpose: no stove',
    exitCode: 1,
    events: /Pod order-management-\S+ (BackOff|Started|Created)/,
  },
  {
    title: 'exits 0 at once',
    service: 'users',
    edits: [whenServing('users', "console.log('nothing to do'); process.exit(0)")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^user-management-\S+ exited with code 0 .*; a service is expected to keep running \(it ended twice\)/,
    said: 'nothing to do',
    exitCode: 0,
  },
  {
    title: 'takes more memory than it may',
    service: 'catalog',
    edits: [
      whenServing(
        'catalog',
        "console.log('hungry'); const hoard = []; for (;;) hoard.push(Buffer.alloc(32 * 1024 * 1024, 1))",
      ),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^product-catalog-\S+ was killed by SIGKILL .*: it ran out of memory \(its limit is 512Mi\) \(it ended twice\)$/,
    advice: 'Raise its memory limit in stacks/environments.ts, or find what grows.',
    said: 'hungry',
    exitCode: 137,
  },
  {
    title: 'does not listen where it is asked, and is ended by its startup probe',
    service: 'orders',
    edits: [
      whenServing('orders', "process.env.PORT = '0'"),
      swap(probesFile, 'failureThreshold: 30', "failureThreshold: service === 'orders' ? 2 : 30"),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ exited with code 0 .*: the kubelet ended it: Startup probe failed: .*connection refused.* \(it ended twice\)$/,
    events: /Pod order-management-\S+ Unhealthy: Startup probe failed/,
  },
  {
    title: 'is ended by its liveness probe',
    service: 'orders',
    edits: [
      // Never ready, so that no user meets it.
      swap(
        probesFile,
        'initialDelaySeconds: readiness.delaySeconds',
        "initialDelaySeconds: service === 'orders' ? 60 : readiness.delaySeconds",
      ),
      swap(
        probesFile,
        '...ask(alive),\n      initialDelaySeconds: 30,\n      periodSeconds: 10,',
        "...ask(service === 'orders' ? '/nowhere' : alive),\n      initialDelaySeconds: service === 'orders' ? 0 : 30,\n      periodSeconds: service === 'orders' ? 1 : 10,",
      ),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ exited with code 0 .*: the kubelet ended it: Liveness probe failed: HTTP probe failed with statuscode: 404 \(it ended twice\)$/,
    said: '"message":"ended"',
    exitCode: 0,
    events: /Pod order-management-\S+ Unhealthy: Liveness probe failed/,
  },
  {
    title: 'is never ready, beside a pod that does not end',
    service: 'users',
    edits: [{ path: 'services/users/main.ts', change: (text) => text.replace(/await runService.*/, coldStove) }],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^user-management-\S+ is not ready after 30\.\d s: GET \/health\?check=ready answered 503 \(stove: down\); user-management-\S+ should have been gone \d+ s ago \(finalizer e2e\.shopctl\.dev\/hold\)$/,
    said: 'the stove is cold',
    events: /Pod user-management-\S+ Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503/,
  },
  {
    title: 'has a migration that fails half way',
    service: 'catalog',
    edits: migration('insert into e2e_half values (1 / 0)'),
    code: 'MIGRATION_FAILED',
    why: /^migration 0099_half: division by zero$/,
  },
  {
    title: 'has a migration that dies',
    service: 'catalog',
    edits: [
      ...migration('select 1'),
      swap(
        halfMigrationFile,
        'async up(database) {',
        "async up(database) {\n    console.error('out of gas'); process.exit(7)",
      ),
    ],
    code: 'MIGRATION_FAILED',
    why: /out of gas/,
  },
  {
    title: 'has a migration that does not end',
    service: 'catalog',
    edits: [
      ...migration('select pg_sleep(120)'),
      swap('manifests/job-manifests.ts', 'activeDeadlineSeconds: 600', 'activeDeadlineSeconds: 5'),
    ],
    code: 'MIGRATION_FAILED',
    why: /DeadlineExceeded: Job was active longer than specified deadline/,
  },
  {
    title: 'is ready, but its smoke check fails',
    service: 'users',
    edits: [
      swap(
        'services/users/login.ts',
        'const { lockedSeconds, account } = await findAccount(database, email)',
        "if (email.startsWith('smoke-')) throw new Error('the doors are shut')\n    const { lockedSeconds, account } = await findAccount(database, email)",
      ),
    ],
    code: 'SMOKE_FAILED',
    why: /^check "users refuses a login that it does not know": POST \/api\/v1\/auth\/login answered 500 instead of 401/,
    said: 'the doors are shut',
  },
]
