import type { Fault } from './fault.ts'

const tiered = 'kit/cache/tiered-cache.ts'
const cacheTests = ['kit/cache/tiered-cache.test.ts'] as const
const productCache = 'catalog/products/product-cache.ts'
const productCacheTests = [
  'catalog/products/product-cache.integration.test.ts',
  'catalog/products/product-cache-alone.integration.test.ts',
] as const
const dropped = 'afterProductChange: (id, revision) => cache.drop(id, revision),\n    close'

export const cacheFaults: readonly Fault[] = [
  {
    name: 'cache: everyone who misses loads',
    edits: [
      {
        file: tiered,
        search: 'if (running !== undefined) return running\n    const flight',
        replacement: 'void running\n    const flight',
      },
    ],
    project: 'unit',
    files: cacheTests,
    ids: ['C4'],
  },
  {
    name: 'cache: what was loaded before a change is kept after it',
    edits: [
      {
        file: 'kit/cache/flight.ts',
        search: 'if (!superseded) memory.set(key, entry)',
        replacement: 'memory.set(key, entry)',
      },
    ],
    project: 'unit',
    files: cacheTests,
    ids: ['C33'],
  },
  {
    name: 'cache: an older value may be filled into Redis after a newer one was dropped',
    edits: [
      {
        file: 'kit/cache/redis-scripts.ts',
        search: 'if dropped and dropped > version then return 0 end\n',
        replacement: '',
      },
    ],
    project: 'integration',
    files: ['kit/cache/redis-tier.integration.test.ts'],
    ids: ['C33'],
  },
  {
    name: 'cache: who changes a product does not wait until its own copies are gone',
    edits: [
      { file: productCache, search: dropped, replacement: 'afterProductChange: async () => undefined,\n    close' },
    ],
    project: 'integration',
    files: productCacheTests,
    ids: ['C5'],
  },
  {
    name: 'cache: nobody hears of a change',
    edits: [
      { file: productCache, search: dropped, replacement: 'afterProductChange: async () => undefined,\n    close' },
      {
        file: productCache,
        search: 'void (change === null ? cache.renew() : cache.drop(change.id, change.revision))',
        replacement: 'void change',
      },
    ],
    project: 'integration',
    files: productCacheTests,
    ids: ['C5'],
  },
]
