import { z } from 'zod'

export type FailpointAction =
  | { readonly do: 'exit' | 'pause' | 'throw' }
  | { readonly do: 'delay'; readonly milliseconds: number }

/** What each named place shall do. */
export type FailpointList = ReadonlyMap<string, FailpointAction>

const oneOf = /^([a-z_]+(?:\.[a-z_]+)+):(?:(exit|pause|throw)|delay=(\d{1,5}))$/

/** `orders.saga.after_charge:exit,orders.saga.after_commit:delay=200` */
export const failpointList = z
  .string()
  .refine((text) => text.split(',').every((part) => oneOf.test(part)), {
    error: 'must be name:exit, name:pause, name:throw or name:delay=milliseconds, separated by commas',
    abort: true,
  })
  .transform(parseFailpoints)

function parseFailpoints(text: string): FailpointList {
  return new Map(
    text.split(',').flatMap((part) => {
      const [, name = '', word, milliseconds] = oneOf.exec(part) ?? []
      return name === '' ? [] : [[name, actionOf(word, Number(milliseconds))] as const]
    }),
  )
}

function actionOf(word: string | undefined, milliseconds: number): FailpointAction {
  if (word === 'exit' || word === 'pause' || word === 'throw') return { do: word }
  return { do: 'delay', milliseconds }
}
