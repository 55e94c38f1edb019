import { expect, test } from 'vitest'
import { catalogMigrations } from '../catalog/catalog-service.ts'
import { lintMigrations } from '../kit/migration-lint.ts'
import { ordersMigrations } from '../orders/orders-service.ts'
import { usersService } from '../users/users-service.ts'

test.each([
  ['users', usersService.migrations],
  ['catalog', catalogMigrations],
  ['orders', ordersMigrations],
])(
  'X25: the release before lives on with every migration of %s, and none locks a filled table for an index',
  async (_, migrations) => {
    expect(await lintMigrations(migrations)).toEqual([])
  },
)
