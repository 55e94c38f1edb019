import { indexPattern } from '../log-stack.ts'

export type Reference = { readonly type: string; readonly id: string; readonly name: string }

/** One line of what Kibana imports. */
export type SavedObject = {
  readonly id: string
  readonly type: 'index-pattern' | 'search' | 'dashboard'
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly Reference[]
  readonly coreMigrationVersion: string
  /** The form of the attributes: nothing newer than the Kibana that imports it. */
  readonly typeMigrationVersion: string
}

export const dataViewId = 'shop-logs'
const coreMigrationVersion = '8.8.0'
const typeMigrationVersions = { 'index-pattern': '8.0.0', search: '8.0.0', dashboard: '8.9.0' } as const

export const savedObject = (
  object: Omit<SavedObject, 'coreMigrationVersion' | 'typeMigrationVersion'>,
): SavedObject => ({
  ...object,
  coreMigrationVersion,
  typeMigrationVersion: typeMigrationVersions[object.type],
})

/** All indices of all namespaces. */
export const dataView: SavedObject = savedObject({
  id: dataViewId,
  type: 'index-pattern',
  attributes: {
    title: indexPattern,
    name: 'Shop logs',
    timeFieldName: '@timestamp',
    fieldAttrs: '{}',
    fieldFormatMap: JSON.stringify({
      duration_ms: {
        id: 'duration',
        params: {
          inputFormat: 'milliseconds',
          outputFormat: 'humanizePrecise',
          outputPrecision: 1,
          useShortSuffix: true,
        },
      },
      bytes: { id: 'bytes' },
    }),
    sourceFilters: '[]',
    runtimeFieldMap: '{}',
  },
  references: [],
})
