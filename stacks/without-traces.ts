/**
 * cdktf writes down for each of its thousands of tokens where it was made, which nobody reads: a quarter of the time
 * and of the memory that a synth takes. An error that is thrown meanwhile has its own trace all the same.
 */
export const withoutTraces = <Value>(make: () => Value): Value => {
  const { captureStackTrace } = Error
  Error.captureStackTrace = () => undefined
  try {
    return make()
  } finally {
    Error.captureStackTrace = captureStackTrace
  }
}
