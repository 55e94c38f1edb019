import { adoptedKinds, adoptRuby } from './adopt-fields.ts'
import type { Condition, LogFilter, Reference } from './log-filter.ts'

/** Logstash has no escapes in texts; what is written here needs none. */
const quoted = (text: string): string => {
  if (/["\\\n]/.test(text)) throw new Error(`Logstash cannot be told ${JSON.stringify(text)}`)
  return `"${text}"`
}

/** A slash would end it. */
const regularExpression = (pattern: string): string => `/\\A(?:${pattern.replaceAll('/', '\\/')})\\z/`

const conditionText = (condition: Condition): string => {
  switch (condition.when) {
    case 'matches':
      return `${condition.field} =~ ${regularExpression(condition.pattern)}`
    case 'tagged':
      return `${quoted(condition.tag)} in [tags]`
    case 'not':
      return `!(${conditionText(condition.condition)})`
  }
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')

const plugin = (name: string, settings: readonly string[]): string =>
  settings.length === 1 ? `${name} { ${settings[0]} }` : `${name} {\n${indented(settings.join('\n'))}\n}`

const words = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${quoted(key)} => ${quoted(value)}`)
    .join(' ')

const list = (values: readonly string[]): string => `[${values.map(quoted).join(', ')}]`

const adopt = (source: Reference, kinds: Readonly<Record<string, string>>): string =>
  plugin('ruby', [
    `init => 'require "json"; @kinds = ${JSON.stringify(kinds).replaceAll('":"', '" => "').replaceAll(',', ', ')}'`,
    `code => '\n  source = "${source}"\n  kinds = @kinds${adoptRuby}'`,
  ])

/** One filter as Logstash's configuration has it. */
const filterText = (filter: LogFilter): string => {
  switch (filter.do) {
    case 'json':
      return plugin('json', [
        `source => ${quoted(filter.source)}`,
        `target => ${quoted(filter.target)}`,
        `tag_on_failure => ${list([filter.failureTag])}`,
      ])
    case 'adopt':
      return adopt(filter.source, adoptedKinds(filter.fields))
    case 'rename':
      return plugin('mutate', [`rename => { ${quoted(filter.from)} => ${quoted(filter.to)} }`])
    case 'replace':
      return plugin('mutate', [`replace => { ${quoted(filter.field)} => ${quoted(filter.text)} }`])
    case 'uppercase':
      return plugin('mutate', [`uppercase => ${list([filter.field])}`])
    case 'translate':
      return plugin('translate', [
        `source => ${quoted(filter.field)}`,
        `target => ${quoted(filter.field)}`,
        'override => true',
        `dictionary => { ${words(filter.words)} }`,
      ])
    case 'date':
      return plugin('date', [
        `match => [${quoted(filter.source)}, "ISO8601"]`,
        `tag_on_failure => ${list([filter.failureTag])}`,
      ])
    case 'geoip':
      return plugin('geoip', [
        `source => ${quoted(filter.source)}`,
        `target => ${quoted(filter.target)}`,
        `fields => ${list(['country_code2', 'region_name', 'city_name', 'location'])}`,
        'tag_on_failure => []',
      ])
    case 'useragent':
      return plugin('useragent', [`source => ${quoted(filter.source)}`, `target => ${quoted(filter.target)}`])
    case 'tag':
      return plugin('mutate', [`add_tag => ${list([filter.tag])}`])
    case 'remove':
      return plugin('mutate', [`remove_field => ${list(filter.fields)}`])
    case 'if': {
      const otherwise = filter.otherwise === undefined ? '' : ` else {\n${indented(renderFilters(filter.otherwise))}\n}`
      return `if ${conditionText(filter.condition)} {\n${indented(renderFilters(filter.filters))}\n}${otherwise}`
    }
  }
}

/** The filters as Logstash's configuration has them. */
export const renderFilters = (filters: readonly LogFilter[]): string => filters.map(filterText).join('\n')
