type Fields = Readonly<Record<string, string>>

const requirement =
  /^(?<not>!)?\s*(?<key>[\w./-]+)\s*(?:(?<equal>=|==|!=)\s*(?<value>[\w./-]*)|\s(?<set>in|notin)\s*\((?<values>[^)]*)\))?$/

/** Whether labels satisfy `a=b,c!=d,e,!f,g in (h,i)`, as the API server reads it. */
export const matchesLabels = (labels: Fields, selector: string): boolean =>
  splitOutsideBrackets(selector).every((text) => {
    const groups = requirement.exec(text.trim())?.groups
    if (groups?.key === undefined) throw new Error(`no label selector: ${text}`)
    const found = labels[groups.key]
    const values = (groups.values ?? groups.value ?? '').split(',').map((value) => value.trim())
    if (groups.set === 'notin' || groups.equal === '!=') return found === undefined || !values.includes(found)
    if (groups.set === 'in' || groups.equal !== undefined) return found !== undefined && values.includes(found)
    return (found !== undefined) !== (groups.not !== undefined)
  })

/** Whether an object satisfies `metadata.name=a,status.phase!=b`. */
export const matchesFields = (object: unknown, selector: string): boolean =>
  selector.split(',').every((text) => {
    const [, path = '', operator, wanted] = /^([\w.]+)\s*(==?|!=)\s*(.*)$/.exec(text.trim()) ?? []
    const found = String(valueAt(object, path.split('.')) ?? '')
    return operator === '!=' ? found !== wanted : found === wanted
  })

const valueAt = (value: unknown, [name, ...rest]: readonly string[]): unknown => {
  if (name === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return valueAt(Object.entries(value).find(([key]) => key === name)?.[1], rest)
}

const splitOutsideBrackets = (selector: string): readonly string[] =>
  selector.split(/,(?![^(]*\))/).filter((text) => text.trim() !== '')
