/** One way in which a release can be bad, and what shopctl must make of it. */
export type Breakage = {
  readonly title: string
  readonly service: 'users' | 'catalog' | 'orders'
  readonly edits: readonly { readonly path: string; change(text: string): string }[]
  readonly code: 'ROLLOUT_UNHEALTHY' | 'MIGRATION_FAILED' | 'SMOKE_FAILED'
  /** The first reason, which says what was seen. */
  readonly why: RegExp
  /** The service's own words among the reasons; null where it wrote none. */
  readonly said: string | null
  /** Whether its process ends by itself while the gate watches. */
  readonly ends: 'ends' | 'lives'
}

/** Says when the process ended, by its own clock: what the event of the health gate is compared with. */
const lastWords = `import { writeSync } from 'node:fs'
process.on('exit', () => writeSync(1, 'died at ' + new Date().toISOString() + '\\n'))
`

type Edit = Breakage['edits'][number]

/** Code that runs once everything is loaded and before the service starts. */
const beforeStart = (service: Breakage['service'], code: string): Edit => ({
  path: `services/${service}/main.ts`,
  change: (text) => `${lastWords}${text.replace('await runService', `${code}\nawait runService`)}`,
})

/** Does what the other commands of a service ask, so that even a first release comes as far as its start. */
export const throwsWhenServing: Edit = beforeStart(
  'orders',
  "if (process.argv.length === 2) throw new Error('broken from the beginning')",
)

const coldStove = `await runService({
  ...usersService,
  async open(context) {
    const checks = { stove: async () => { throw new Error('the stove is cold') } }
    return { ...(await usersService.open(context)), checks }
  },
})`

const emptyShelves = "if (query.limit === 1) throw new Error('the shelves are empty')"

export const halfMigration = (second: string): string => `import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

export const half: ServiceMigration = {
  name: '0099_half',
  reversible: true,
  async up(database) {
    await sql\`create table e2e_half (id integer primary key)\`.execute(database)
    await sql\`${second}\`.execute(database)
  },
}
`

export const halfMigrationFile = 'services/catalog/migrations/0099-half.ts'

const addMigration: Edit = {
  path: 'services/catalog/catalog-service.ts',
  change: (text) =>
    `import { half } from './migrations/0099-half.ts'\n${text.replace('] as const', '  half,\n] as const')}`,
}

export const breakages: readonly Breakage[] = [
  {
    title: 'throws at start',
    service: 'orders',
    edits: [beforeStart('orders', "throw new Error('broken on purpose: no stove')")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /orders \(process \d+\) exited with code 1 after \d+\.\d s$/,
    said: 'Error: broken on purpose: no stove',
    ends: 'ends',
  },
  {
    title: 'exits 0 at once',
    service: 'users',
    edits: [beforeStart('users', "console.log('nothing to do'); process.exit(0)")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /users \(process \d+\) exited with code 0 after \d+\.\d s; a service is expected to keep running$/,
    said: 'nothing to do',
    ends: 'ends',
  },
  {
    title: 'is ready and dies after 5 s',
    service: 'catalog',
    edits: [beforeStart('catalog', "setTimeout(() => { console.log('out of gas'); process.exit(3) }, 5000)")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /catalog \(process \d+\) exited with code 3 after 5\.\d s$/,
    said: 'out of gas',
    ends: 'ends',
  },
  {
    title: 'is never ready',
    service: 'users',
    edits: [{ path: 'services/users/main.ts', change: (text) => text.replace(/await runService.*/, coldStove) }],
    code: 'ROLLOUT_UNHEALTHY',
    why: /users \(process \d+\) is not ready after 10\.\d s: GET \/health\?check=ready answered 503 .*stove/,
    said: 'the stove is cold',
    ends: 'lives',
  },
  {
    title: 'listens on the wrong port',
    service: 'orders',
    edits: [beforeStart('orders', "process.env.PORT = '0'")],
    code: 'ROLLOUT_UNHEALTHY',
    why: /orders \(process \d+\) is not ready after 10\.\d s: nothing listens on port \d+; the process listens on port \d+ instead$/,
    // Not what it said first: events are handled meanwhile, and each is a line.
    said: '"service":"order-management"',
    ends: 'lives',
  },
  {
    title: 'has a migration that fails half way',
    service: 'catalog',
    edits: [
      { path: halfMigrationFile, change: () => halfMigration('insert into e2e_half values (1 / 0)') },
      addMigration,
    ],
    code: 'MIGRATION_FAILED',
    why: /migration 0099_half: division by zero$/,
    said: null,
    ends: 'lives',
  },
  {
    title: 'is ready, but its smoke check fails',
    service: 'catalog',
    edits: [
      {
        path: 'services/catalog/products/list-products.ts',
        change: (text) => text.replaceAll('const { limit,', `${emptyShelves}\n  const { limit,`),
      },
    ],
    code: 'SMOKE_FAILED',
    why: /check "catalog lists products": GET \/api\/v1\/products\?limit=1 answered 500 instead of 200: /,
    said: 'the shelves are empty',
    ends: 'lives',
  },
]
