import * as Args from '@oclif/core/args'
import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { type ServiceName, serviceNames } from '../services/registry.ts'
import { chosenFrom } from './usage/refused-value.ts'

/** What oclif throws by itself cannot be told from a bug, so each of these says what it wants. */
const matching = (form: RegExp, wanted: string) => async (typed: string) => {
  if (!form.test(typed)) throw new CLIError(`${wanted}, not "${typed}".`)
  return typed
}

const momentForm = /^(?<day>\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** Date takes 30 February for 2 March. */
const isDay = (day: string): boolean => {
  const parsed = new Date(day)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day)
}

const moment = async (typed: string): Promise<string> => {
  const day = momentForm.exec(typed)?.groups?.day
  const parsed = new Date(typed)
  if (day !== undefined && isDay(day) && !Number.isNaN(parsed.getTime())) return parsed.toISOString()
  throw new CLIError(`A moment is a day (2026-11-22, from 00:00 UTC) or 2026-11-22T13:37Z, not "${typed}".`)
}

export const eventServiceFlag = {
  service: Flags.custom<ServiceName>({
    helpValue: serviceNames.join('|'),
    summary: 'of this service only',
    parse: async (typed) => chosenFrom(typed, { code: 'UNKNOWN_SERVICE', noun: 'service', known: serviceNames }),
  })(),
}

export const servicesOf = ({ service }: { readonly service?: ServiceName | undefined }): readonly ServiceName[] =>
  service === undefined ? serviceNames : [service]

export const eventTypeFlag = {
  type: Flags.custom<string>({
    helpValue: 'TYPE',
    summary: 'of this type only, as order.paid.v1',
    parse: matching(/^[a-z_]{1,40}\.[a-z_]{1,40}\.v[1-9][0-9]?$/, 'A type is like order.paid.v1'),
  })(),
}

export const consumerFlag = {
  consumer: Flags.custom<string>({
    helpValue: 'NAME',
    summary: 'for this consumer only',
    parse: matching(/^[a-z][a-z-]{0,49}$/, 'A consumer is small letters and hyphens'),
  })(),
}

export const eventRangeFlags = {
  ...eventTypeFlag,
  from: Flags.custom<string>({ helpValue: 'TIME', summary: 'written then or later', parse: moment })(),
  to: Flags.custom<string>({ helpValue: 'TIME', summary: 'written before then', parse: moment })(),
}

type EventRangeFlags = {
  readonly type?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** What eventRangeFlags say together; a range in which nothing can be is a slip. */
export const eventRangeOf = ({ type, from, to }: EventRangeFlags): EventRangeFlags => {
  if (from !== undefined && to !== undefined && from >= to)
    throw new CLIError(`--from is a moment before --to; ${from} is not before ${to}.`)
  return { type, from, to }
}

export const limitFlag = {
  limit: Flags.integer({ min: 1, max: 1000, default: 50, helpValue: 'NUMBER', summary: 'at most so many' }),
}

export const eventReasonFlag = {
  reason: Flags.custom<string>({
    helpValue: 'TEXT',
    summary: 'why, for the trail of the service',
    parse: matching(/^(?=.{1,500}$)\s*\S/s, 'A reason has 1 to 500 characters'),
  }),
}

const eventId = Args.custom<string>({
  description: 'id of the event',
  ignoreStdin: true,
  parse: matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'An event has a UUID'),
})

export const eventArgument = { id: eventId({ required: true }) }
/** Where many can be meant instead. */
export const anyEventArgument = { id: eventId() }
