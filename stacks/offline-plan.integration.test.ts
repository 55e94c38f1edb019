import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { synthesise } from './main.ts'
import { stackName } from './stack-reference.ts'
import { isOnPath } from './testing/is-on-path.ts'
import { stackReferences } from './testing/synthesised.ts'

/** Terraform without an account: nothing is asked of AWS, and the state is an empty one here. */
const offline = {
  terraform: { backend: { local: { path: 'offline.tfstate' } } },
  provider: {
    aws: [
      {
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        skip_metadata_api_check: 'true',
        // It contradicts the one above.
        allowed_account_ids: [],
        access_key: 'offline',
        secret_key: 'offline',
      },
    ],
  },
}

const planSchema = z.object({
  resource_changes: z.array(
    z.object({
      address: z.string(),
      type: z.string(),
      change: z.object({ actions: z.array(z.string()), after: z.record(z.string(), z.unknown()) }),
    }),
  ),
})
type Plan = z.infer<typeof planSchema>

const all = mkdtempSync(join(tmpdir(), 'offline-plan-'))
afterAll(() => rmSync(all, { recursive: true }))

const cache = process.env.TF_PLUGIN_CACHE_DIR ?? join(all, 'plugins')
mkdirSync(cache, { recursive: true })

const terraform = (folder: string, ...words: string[]) => {
  const { TF_CLI_CONFIG_FILE, PATH, HOME } = process.env
  return spawnSync('terraform', words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...(TF_CLI_CONFIG_FILE === undefined ? {} : { TF_CLI_CONFIG_FILE }),
      PATH,
      HOME,
      TF_PLUGIN_CACHE_DIR: cache,
      CHECKPOINT_DISABLE: '1',
      // Whoever asks AWS all the same finds nobody.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    },
  })
}

const prepared = (stack: (typeof stackReferences)[number]) => {
  const folder = join(all, stackName(stack))
  const { resources } = synthesise(stack, { folder, backend: 's3' })
  writeFileSync(join(folder, 'offline_override.tf.json'), JSON.stringify(offline))
  return { folder, resources, init: terraform(folder, 'init', '-input=false', '-no-color') }
}

const planned = (folder: string): Plan => {
  const made = terraform(folder, 'plan', '-input=false', '-lock=false', '-no-color', '-out=plan.tfplan')
  expect(made.stderr).not.toContain('Error')
  expect(made.status).toBe(0)
  return planSchema.parse(JSON.parse(terraform(folder, 'show', '-json', 'plan.tfplan').stdout))
}

const whyNot = (): string | null => {
  if (!isOnPath('terraform')) return 'no terraform'
  return prepared({ kind: 'state' }).init.status === 0 ? null : 'no AWS provider within reach of terraform'
}

const skipped = whyNot()

const leastResources: Readonly<Record<string, number>> = { 'shop-dev': 140, 'shop-staging': 140, 'shop-prod': 150 }
const exactResources: Readonly<Record<string, number>> = { state: 17, registry: 8 }
const fourTags = ['CostCenter', 'Environment', 'ManagedBy', 'Project']

describe.skipIf(skipped !== null)(`plans without an account${skipped === null ? '' : ` (skipped: ${skipped})`}`, () => {
  test.each(stackReferences.map((stack) => [stackName(stack), stack] as const))(
    'F3: %s is planned without an error, creates all that it has, and tags whatever can carry tags',
    (name, stack) => {
      const { folder, resources, init } = prepared(stack)
      expect(init.status).toBe(0)
      const { resource_changes: changes } = planned(folder)
      expect(changes.every(({ change }) => change.actions.join() === 'create')).toBe(true)
      expect(changes).toHaveLength(resources)
      expect(changes.length).toBeGreaterThanOrEqual(exactResources[name] ?? leastResources[name] ?? Number.NaN)
      if (name in exactResources) expect(changes).toHaveLength(exactResources[name] ?? 0)

      const taggable = changes.filter(({ change }) => 'tags_all' in change.after)
      expect(taggable.length).toBeGreaterThan(2)
      for (const { address, change } of taggable) {
        const tags = z.record(z.string(), z.string()).parse(change.after.tags_all)
        expect.soft({ address, tags: Object.keys(tags) }).toEqual({ address, tags: expect.arrayContaining(fourTags) })
        expect.soft(tags).toMatchObject({ Project: 'ecommerce', ManagedBy: 'shopctl' })
      }
    },
    120_000,
  )
})
