import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePlan, type TerraformPlan } from '../../plan/parse-plan.ts'
import { parseStackCode, type StackCode } from '../../plan/stack-code.ts'
import { smallShop, stackFile } from './small-shop.ts'

const ids =
  /\b(?:(?:sg|subnet|vpc|rtb|igw|nat|sgr|eipalloc)-[0-9a-f]{15,17}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g

/** Ids come anew with every recording: numbered as they come, so that what is made from them stays the same. */
const withStableIds = (text: string): string => {
  const known = new Map<string, string>()
  return text.replace(/:\d{12}:/g, ':000000000000:').replace(ids, (id) => {
    const stable = known.get(id) ?? `${/^[a-z]+-/.exec(id)?.[0] ?? 'id-'}${known.size + 1}`
    known.set(id, stable)
    return stable
  })
}

export const planJson = (name: string): unknown =>
  JSON.parse(withStableIds(readFileSync(join(import.meta.dirname, `${name}.plan.json`), 'utf8')))

/** One of the recorded plans; README.md says what each is. */
export const readPlan = (name: string): TerraformPlan => parsePlan(planJson(name))

/** What the plans of drift were made from. */
export const codeOfSmallShop: StackCode = parseStackCode(stackFile(smallShop('shop-small'), { place: 'emulator' }))
