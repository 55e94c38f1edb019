import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { serviceNames, services } from '../../../services/registry.ts'
import type { Board, Variable } from '../panel.ts'
import { dataSources } from './data-sources.ts'

const ours = `job=~"${serviceNames.map((name) => services[name].longName).join('|')}"`

/** Each is narrowed by those before it. */
const conditions: Readonly<Record<Variable, readonly string[]>> = {
  namespace: [ours],
  service: [ours, 'namespace=~"$namespace"'],
  pod: [ours, 'namespace=~"$namespace"', 'service=~"$service"'],
}

const everything = { selected: true, text: ['All'], value: ['$__all'] }

const chosenByPeople = (name: Variable): Builder<dashboard.VariableModel> =>
  new dashboard.QueryVariableBuilder(name)
    .label(`${name[0]?.toUpperCase()}${name.slice(1)}`)
    .datasource(dataSources.prometheus)
    .query(`label_values(up{${conditions[name].join(',')}}, ${name})`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    // Also what does not answer any more: of a pod that is gone there is no `up`.
    .allValue('.*')
    .current(everything)

/** A dashboard of one service has that service, and no link from elsewhere changes it. */
const fixed = (name: Variable, value: string): Builder<dashboard.VariableModel> =>
  new dashboard.ConstantVariableBuilder(name).value(value)

export const variablesOf = ({ variables, service }: Board): readonly Builder<dashboard.VariableModel>[] =>
  variables.map((name) => (name === 'service' && service !== null ? fixed(name, service) : chosenByPeople(name)))
