import { z } from 'zod'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { placeFlags } from './place-flags.ts'

/** An attribute of the configuration as a plan tells it; references have no constant. */
const constant = z.object({ constant_value: z.unknown() }).partial().optional()

const planned = z.object({
  configuration: z.object({
    provider_config: z.record(z.string(), z.unknown()).default({}),
    root_module: z.object({ resources: z.array(z.object({ address: z.string() })).default([]) }).default({
      resources: [],
    }),
  }),
})

const provider = z.object({
  expressions: z
    .object({
      region: constant,
      allowed_account_ids: constant,
      skip_requesting_account_id: constant,
      default_tags: z.array(z.object({ tags: constant }).partial()).optional(),
    })
    .partial()
    .default({}),
})

const synthesised = z.object({
  provider: z
    .object({
      aws: z
        .array(
          z.object({
            region: z.unknown(),
            allowed_account_ids: z.unknown(),
            default_tags: z.array(z.object({ tags: z.unknown() })).optional(),
          }),
        )
        .default([]),
    })
    .default({ aws: [] }),
  resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
})

type Origin = { readonly place: string; readonly addresses: ReadonlySet<string>; readonly asksNobody: boolean }

/** Terraform sorts the names in a map. */
const inOrder = (tags: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(z.record(z.string(), z.unknown()).catch({}).parse(tags)).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  )

const placeOf = (region: unknown, accounts: unknown, tags: unknown): string =>
  JSON.stringify([region ?? null, accounts ?? null, inOrder(tags)])

const originOfPlan = (plan: unknown): Origin => {
  const { provider_config: providers, root_module: root } = planned.parse(plan).configuration
  const { expressions } = provider.parse(providers.aws ?? {})
  const tags = expressions.default_tags?.[0]?.tags?.constant_value
  return {
    place: placeOf(expressions.region?.constant_value, expressions.allowed_account_ids?.constant_value, tags),
    addresses: new Set(root.resources.map(({ address }) => address)),
    asksNobody: expressions.skip_requesting_account_id?.constant_value === true,
  }
}

const originOfFolder = (configuration: unknown): Omit<Origin, 'asksNobody'> => {
  const { provider: providers, resource } = synthesised.parse(configuration)
  const [aws] = providers.aws
  return {
    place: placeOf(aws?.region, aws?.allowed_account_ids, aws?.default_tags?.[0]?.tags),
    addresses: new Set(
      Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`)),
    ),
  }
}

const shareOne = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  left.size === 0 || right.size === 0 || [...left].some((address) => right.has(address))

type Asked = {
  readonly file: string
  readonly stack: string
  readonly environment: string
  /** The synthesised JSON of the stack that the plan is to be applied to. */
  readonly configuration: unknown
}

/**
 * A saved plan carries its own backend: applied in any folder it changes the state that it was made for. Throws
 * PLAN_OFFLINE (refused) where it was made for none, PLAN_OF_OTHER_STACK (refused) where for another.
 */
export const refuseForeignPlan = (plan: unknown, { file, stack, environment, configuration }: Asked): void => {
  const origin = originOfPlan(plan)
  const fix = [toType(`infra plan ${placeFlags({ environment, stack })}`)]
  if (origin.asksNobody) {
    const what = `The plan ${file} was made offline, against an empty state: it cannot be applied, and nothing was changed.`
    throw new ShopctlError({ code: 'PLAN_OFFLINE', outcome: 'refused', what, fix })
  }
  const own = originOfFolder(configuration)
  if (origin.place === own.place && shareOne(origin.addresses, own.addresses)) return
  throw new ShopctlError({
    code: 'PLAN_OF_OTHER_STACK',
    outcome: 'refused',
    what: `The plan ${file} is not one of ${stack}; nothing was changed.`,
    why: [`region, accounts and tags of the plan: ${origin.place}`, `of ${stack}: ${own.place}`],
    fix: [`terraform show ${quoteWord(file)}`, ...fix],
  })
}
