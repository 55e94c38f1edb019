import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { PlanVerdict } from '../plan-verdict.ts'
import { type Asked, addressesOf, allowing, asPlan, riskLines } from './gate-words.ts'

/** A name that is not there is a mistake, and might be one for another that is. */
export const misnamed = ({ changes, risks }: PlanVerdict, gate: Asked): ShopctlError | null => {
  const lost = addressesOf(risks.filter(({ kind }) => kind === 'data-loss'))
  const gone = changes.filter(({ kind }) => kind === 'delete' || kind === 'replace').map(({ address }) => address)
  const unknown = gate.allowDestroy.filter((address) => !lost.includes(address) && !gone.includes(address))
  if (unknown.length === 0) return null
  return new ShopctlError({
    code: 'ALLOW_DESTROY_UNKNOWN',
    outcome: 'refused',
    what: `--allow-destroy names what the plan of ${gate.environment} does not destroy: ${unknown.join(', ')}; nothing was changed.`,
    why:
      lost.length === 0
        ? ['The plan destroys nothing that holds data.']
        : [`The plan would destroy: ${lost.join(', ')}`],
    fix: [asPlan(gate)],
  })
}

/** Each address has to be named: a yes to the whole is no yes to this. */
export const dataLoss = ({ risks }: PlanVerdict, gate: Asked): ShopctlError | null => {
  const lost = risks.filter(({ kind }) => kind === 'data-loss')
  const refused = lost.filter(({ address }) => !gate.allowDestroy.includes(address))
  if (refused.length === 0) return null
  const count = addressesOf(refused).length
  return new ShopctlError({
    code: 'DATA_LOSS_REFUSED',
    outcome: 'refused',
    what: `The plan of ${gate.environment} puts data at risk in ${count === 1 ? 'one resource' : `${count} resources`} that no --allow-destroy names; nothing was changed.`,
    why: riskLines(refused),
    fix: [toType(`${gate.command}${allowing(addressesOf(lost))}`)],
  })
}
