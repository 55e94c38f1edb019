import InfraCost from './infra/cost.ts'

/** `shopctl cost` is what people look for first. */
export default class Cost extends InfraCost {
  static override summary = 'What a month costs and what that changes (the same as infra cost)'
  static override examples = ['<%= config.bin %> cost --env prod --offline']
}
