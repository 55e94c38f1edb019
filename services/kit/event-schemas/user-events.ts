import { z } from 'zod'
import { roles } from '../principal.ts'
import { eventContract } from './event-contract.ts'
import { eventId, word } from './event-fields.ts'

const nothing = z.strictObject({})
const user = { by: 'users', subject: 'user' } as const

export const userEvents = {
  'user.registered.v1': eventContract({
    ...user,
    description: 'An account was made; nobody has shown yet that its address is theirs.',
    data: nothing,
    example: {},
  }),
  'user.verified.v1': eventContract({
    ...user,
    description: 'Its owner has shown that the address of the account is theirs.',
    data: nothing,
    example: {},
  }),
  'user.closed.v1': eventContract({
    ...user,
    description: 'The account is closed for good: nobody can sign in, and who it was is gone.',
    data: nothing,
    example: {},
  }),
  'user.role_changed.v1': eventContract({
    ...user,
    description: 'The account has another role from its next token on.',
    data: z.strictObject({ role: z.enum(roles) }),
    example: { role: 'admin' },
  }),
  'user.mail_requested.v1': eventContract({
    ...user,
    description: 'A mail is to be sent to the user. Its address is looked up when it is sent.',
    data: z.strictObject({
      template: word,
      token_id: eventId.exactOptional().meta({ description: 'what the link in the mail is derived from, with a key' }),
    }),
    example: { template: 'verify', token_id: '0192f0c4-5a00-7000-8000-00000000000d' },
  }),
}
