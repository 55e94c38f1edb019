import type { Fault } from './fault.ts'

const reserve = 'catalog/inventory/reserve-stock.ts'
const reserveRaces = ['catalog/inventory/reserve-races.integration.test.ts'] as const
const closeRaces = ['catalog/inventory/close-races.integration.test.ts'] as const
const products = ['catalog/products/products.integration.test.ts'] as const
const lockedRows = '      order by i.product_id\n      for update of i\n    ), judged as ('
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
const basketOrder = 'array_position(${productIds}::uuid[], i.product_id)'

export const catalogFaults: readonly Fault[] = [
  {
    name: 'reserve: stock is read, then written, without a lock between',
    edits: [{ file: reserve, search: lockedRows, replacement: '    ), judged as (' }],
    project: 'integration',
    files: reserveRaces,
    ids: ['C1.T1', 'C1.T2'],
  },
  {
    name: 'reserve: rows are locked in the order of the basket',
    edits: [
      {
        file: reserve,
        search: lockedRows,
        replacement: lockedRows.replace('i.product_id', basketOrder),
      },
    ],
    project: 'integration',
    files: reserveRaces,
    ids: ['C1.T3'],
  },
  {
    name: 'reserve: each line is judged by itself',
    edits: [
      {
        file: reserve,
        search: 'const lines = linesPerProduct(wish.items)\n  const first',
        replacement: 'const lines = wish.items\n  void linesPerProduct\n  const first',
      },
    ],
    project: 'integration',
    files: reserveRaces,
    ids: ['C1.T4'],
  },
  {
    name: 'release: whatever the state is',
    edits: [
      {
        file: 'catalog/inventory/close-reservation.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: "where ${wanted} and r.state = 'active'",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'where ${wanted}',
      },
    ],
    project: 'integration',
    files: closeRaces,
    ids: ['C1.T5', 'C1.T6'],
  },
  {
    name: 'product: the version that was read is not compared',
    edits: [
      {
        file: 'catalog/products/product-changes.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: "and ${isReplaceable('p', replaces)}\n      for update",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: "and (true or ${isReplaceable('p', replaces)})\n      for update",
      },
    ],
    project: 'integration',
    files: ['catalog/products/product-changes.integration.test.ts'],
    ids: ['C2'],
  },
  {
    name: 'list: pages are parted by the price alone',
    edits: [
      {
        file: 'catalog/products/product-order.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'return sql`(${key}, ${id}) ${comparison} (${position[0]}::${type}, ${position[1]}::uuid)`',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'void id\n  return sql`${key} ${comparison} ${position[0]}::${type}`',
      },
    ],
    project: 'integration',
    files: products,
    ids: ['C3'],
  },
  {
    name: 'cursor: its signature is not compared',
    edits: [
      {
        file: 'kit/pagination.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: "if (!sameText(cursor, `${payload}.${macOf(payload, query)}`) || mac === '') throw foreignCursor()",
        replacement: "void sameText\n      void query\n      if (mac === '') throw foreignCursor()",
      },
    ],
    project: 'integration',
    files: products,
    ids: ['C24'],
  },
  {
    name: 'category: moves do not wait for each other',
    edits: [
      {
        file: 'catalog/categories/category-placement.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'await sql`select pg_advisory_xact_lock(${treeLock})`.execute(transaction)',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'await sql`select ${treeLock}::text`.execute(transaction)',
      },
    ],
    project: 'integration',
    files: ['catalog/categories/categories.integration.test.ts'],
    ids: ['C6'],
  },
  {
    name: 'review: sums are read, added to and written, without a lock between',
    edits: [
      {
        file: 'catalog/reviews/review-changes.ts',
        search: '\n      for no key update of p\n    ), counted as (',
        replacement: '\n    ), counted as (',
      },
    ],
    project: 'integration',
    files: ['catalog/reviews/reviews.integration.test.ts'],
    ids: ['C7'],
  },
  {
    name: 'catalog: anyone who is signed in may make products',
    edits: [
      {
        file: 'catalog/access.ts',
        search: 'createProduct: admins,',
        replacement: "createProduct: { roles: ['user', 'admin'], scope: null },",
      },
    ],
    project: 'integration',
    files: ['testing/role-matrix.integration.test.ts'],
    ids: ['C39'],
  },
]
