import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { mainPlace, type RenderTarget, shopNamespaces } from '../../render-target.ts'
import { longNames, oneOf } from '../../rules/selectors.ts'
import type { Board, Variable } from '../panel.ts'
import { dataSources } from './data-sources.ts'

const ours = `job=~"${oneOf(longNames)}"`

type Choice = {
  /** Each is narrowed by those before it. */
  readonly conditions: readonly string[]
  /** What `All` asks for. Never by what is listed: of a pod that is gone there is no `up`, and it is to be seen. */
  readonly all: string
  readonly preset: { readonly selected: true; readonly text: string[]; readonly value: string[] }
}

const everything = { selected: true as const, text: ['All'], value: ['$__all'] }

/** A cluster has other namespaces too, and what the platform tells of pods is told of all of them. */
const choices = (target: RenderTarget): Readonly<Record<Variable, Choice>> => {
  const namespaces = oneOf(shopNamespaces(target))
  const { namespace: main } = mainPlace(target)
  return {
    namespace: {
      conditions: [ours, `namespace=~"${namespaces}"`],
      all: namespaces,
      preset: { selected: true, text: [main], value: [main] },
    },
    service: { conditions: [ours, 'namespace=~"$namespace"'], all: '.*', preset: everything },
    pod: {
      conditions: [ours, 'namespace=~"$namespace"', 'service=~"$service"'],
      all: '.*',
      preset: everything,
    },
  }
}

const chosenByPeople = (name: Variable, { conditions, all, preset }: Choice): Builder<dashboard.VariableModel> =>
  new dashboard.QueryVariableBuilder(name)
    .label(`${name[0]?.toUpperCase()}${name.slice(1)}`)
    .datasource(dataSources.prometheus)
    .query(`label_values(up{${conditions.join(',')}}, ${name})`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current(preset)

/** A dashboard of one service has that service, and no link from elsewhere changes it. */
const fixed = (name: Variable, value: string): Builder<dashboard.VariableModel> =>
  new dashboard.ConstantVariableBuilder(name).value(value)

export const variablesOf = (
  { variables, service }: Board,
  target: RenderTarget,
): readonly Builder<dashboard.VariableModel>[] => {
  const choice = choices(target)
  return variables.map((name) =>
    name === 'service' && service !== null ? fixed(name, service) : chosenByPeople(name, choice[name]),
  )
}
