/** What a hook of a test file makes, for who asks in its tests. */
export function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it is there from the first hook on')
  return value
}
