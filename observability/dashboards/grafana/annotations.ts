import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { releaseTags } from '../../release-tags.ts'
import type { RenderTarget } from '../../render-target.ts'
import { dataSources } from './data-sources.ts'

const mostShown = 100

type TagQuery = Dataquery & { readonly [field: string]: unknown }

/** Grafana's own annotations have no class in the SDK: all of the tags have to be there. */
const taggedWith = (...tags: readonly string[]): Builder<Dataquery> => ({
  build: (): TagQuery => ({
    refId: 'Anno',
    type: 'tags',
    tags: [...tags],
    matchAny: false,
    limit: mostShown,
    _implementsDataqueryVariant: () => undefined,
  }),
})

const releases = (name: string, { tag, colour, environment }: Record<'tag' | 'colour' | 'environment', string>) =>
  new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(dataSources.grafana)
    .enable(true)
    .iconColor(colour)
    .target(taggedWith(tag, environment))

/** `none` is for machines, and one of them fires always. */
const firing = 'ALERTS{alertstate="firing",severity!="none"}'

/** What was released and taken back, as `shopctl` wrote it, and what fires. */
export const annotations = ({ environment }: RenderTarget): readonly Builder<dashboard.AnnotationQuery>[] => [
  releases('Deploys', { tag: releaseTags.deploy, colour: 'blue', environment }),
  releases('Rollbacks', { tag: releaseTags.rollback, colour: 'orange', environment }),
  new dashboard.AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(dataSources.prometheus)
    .enable(false)
    .iconColor('red')
    .target(new DataqueryBuilder().refId('Anno').expr(firing).range())
    .expr(firing)
    .titleFormat('{{alertname}}')
    .tagKeys('severity,service')
    .step('60s'),
]
