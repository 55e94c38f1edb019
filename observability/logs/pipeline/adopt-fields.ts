import type { LogField, LogFieldType } from '../log-fields.ts'

/** What a value has to be in Ruby. Elasticsearch refuses a whole document for one object where a text belongs. */
export type AdoptedKind = 'text' | 'number' | 'error'

export const adoptedKind = (type: LogFieldType): AdoptedKind => {
  if (type === 'error') return 'error'
  return type === 'short' || type === 'integer' || type === 'long' || type === 'float' ? 'number' : 'text'
}

export const adoptedKinds = (fields: readonly LogField[]): Readonly<Record<string, AdoptedKind>> =>
  Object.fromEntries(fields.map(({ name, type }) => [name, adoptedKind(type)]))

/** Longer names, and more of them, are no names. */
export const detailNameCharacters = 64

/**
 * Known fields go to the top with their type; those of another type to `malformed` as text, with a tag; all others to
 * `details` as text, so that no line can give a field of the index two types. Nothing is lost.
 */
export const adoptRuby = `
  line = event.remove(source)
  line = {} unless line.is_a?(Hash)
  plain = ->(value) { value.is_a?(Hash) || value.is_a?(Array) ? value.to_json : value.to_s }
  malformed = {}
  details = {}
  line.each do |name, value|
    next if value.nil?
    kind = kinds[name]
    if kind == "text" && value.is_a?(String)
      event.set("[" + name + "]", value)
    elsif kind == "number" && value.is_a?(Numeric)
      event.set("[" + name + "]", value)
    elsif kind == "error" && value.is_a?(Hash)
      parts = value.reject { |_, part| part.nil? }.map { |part, text| [part.to_s, plain.call(text)] }.to_h
      event.set("[" + name + "]", parts)
    elsif kind == "error" && value.is_a?(String)
      event.set("[" + name + "]", { "message" => value })
    elsif kind
      malformed[name] = plain.call(value)
    else
      details[name.gsub(/[^A-Za-z0-9_.-]/, "_")[0, ${detailNameCharacters}]] = plain.call(value)
    end
  end
  event.set("[malformed]", malformed) unless malformed.empty?
  event.set("[details]", details) unless details.empty?
  event.tag("wrong_type") unless malformed.empty?
`
