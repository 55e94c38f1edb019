import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { knownPassword, type Person } from './callers.ts'
import { forAdmins, forAnyone, forServices, forUsers, type RoleMatrix, type World } from './role-matrix.ts'
import { serviceClients } from './service-settings.ts'
import { sendTo } from './world.ts'

const otherPassword = 'another correct horse battery'

/** The first table of users.md. */
export const usersRoleMatrix: RoleMatrix = {
  'POST /api/v1/auth/register': {
    ...forAnyone(202),
    ask: () => ask('/auth/register', { email: `${randomUUID()}@shop.test`, name: 'New', password: otherPassword }),
  },
  'POST /api/v1/auth/login': {
    ...forAnyone(200),
    ask: (_, { email }) => ask('/auth/login', { email, password: knownPassword }),
  },
  'POST /api/v1/auth/refresh': {
    ...forAnyone(200),
    ask: async (world, owner) => ask('/auth/refresh', { refresh_token: (await logIn(world, owner)).refresh_token }),
  },
  'POST /api/v1/auth/forgot-password': {
    ...forAnyone(202),
    ask: (_, { email }) => ask('/auth/forgot-password', { email }),
  },
  'POST /api/v1/auth/reset-password': {
    ...forAnyone(204),
    ask: async (world, owner) =>
      ask('/auth/reset-password', { token: await resetToken(world, owner), password: otherPassword }),
  },
  'POST /api/v1/auth/verify-email': {
    ...forAnyone(204),
    ask: async (world, owner) => ask('/auth/verify-email', { token: await verificationToken(world, owner) }),
  },
  'POST /api/v1/auth/resend-verification': {
    ...forAnyone(202),
    ask: (_, { email }) => ask('/auth/resend-verification', { email }),
  },
  'POST /api/v1/auth/logout': { ...forUsers(204), ask: () => ask('/auth/logout', {}) },
  'GET /api/v1/users/me': { ...forUsers(200), ask: () => ask('/users/me') },
  'PUT /api/v1/users/me': {
    ...forUsers(200),
    ask: () => ask('/users/me', { name: 'Renamed', phone: null, locale: 'en' }),
  },
  'DELETE /api/v1/users/me': { ...forUsers(204), ask: () => ask('/users/me') },
  'POST /api/v1/users/change-password': {
    ...forUsers(204),
    ask: () => ask('/users/change-password', { current_password: knownPassword, new_password: otherPassword }),
  },
  'GET /api/v1/users/me/sessions': { ...forUsers(200), ask: () => ask('/users/me/sessions') },
  'DELETE /api/v1/users/me/sessions/{id}': {
    ...forUsers(204),
    foreign: 404,
    ask: async ({ shop }, owner) => ask(`/users/me/sessions/${await shop.callers.session(owner)}`),
  },
  'GET /api/v1/users': { ...forAdmins(200), ask: () => ask('/users') },
  'GET /api/v1/users/{id}': { ...forAdmins(200), ask: (_, { id }) => ask(`/users/${id}`) },
  'PUT /api/v1/users/{id}/role': {
    ...forAdmins(200),
    ask: async ({ shop }) => ask(`/users/${(await shop.callers.person()).id}/role`, { role: 'admin' }),
  },
  'PUT /api/v1/users/{id}/status': {
    ...forAdmins(200),
    ask: async ({ shop }) => ask(`/users/${(await shop.callers.person()).id}/status`, { status: 'disabled' }),
  },
  'GET /.well-known/jwks.json': { ...forAnyone(200), ask: () => ({ path: '/.well-known/jwks.json' }) },
  // By client id and secret alone, so a token of any kind is none.
  'POST /internal/v1/service-token': {
    ...forAnyone(401),
    ask: () => ({ path: '/internal/v1/service-token', body: { audience: 'product-catalog' } }),
  },
  'GET /internal/v1/sessions/{sid}': {
    ...forServices(200),
    ask: (_, { sessionId }) => ({ path: `/internal/v1/sessions/${sessionId}` }),
  },
  'GET /internal/v1/users/{id}/contact': {
    ...forServices(200),
    ask: (_, { id }) => ({ path: `/internal/v1/users/${id}/contact` }),
  },
}

/** What lets a service in where a token does not. */
export const clientCredentials = {
  authorization: `Basic ${Buffer.from(`${serviceClients[0].id}:${serviceClients[0].secret}`).toString('base64')}`,
} as const

function ask(path: string, body?: unknown) {
  return { path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) }
}

const loginSchema = z.object({ refresh_token: z.string() })

async function logIn({ shop }: World, { email }: Person) {
  const request = {
    method: 'POST',
    as: { authorization: null },
    ...ask('/auth/login', { email, password: knownPassword }),
  }
  return loginSchema.parse((await sendTo(shop.services.users.url, request)).json)
}

const newToken = () => {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: createHash('sha256').update(token).digest() }
}

/** As the mail would have it; only its hash is in the table. */
async function resetToken({ shop }: World, { id }: Person): Promise<string> {
  const { token, hash } = newToken()
  await sql`insert into password_reset_tokens (id, user_id, token_hash, expires_at)
    values (${randomUUID()}, ${id}, ${hash}, now() + interval '1 hour')`.execute(shop.users)
  return token
}

async function verificationToken({ shop }: World, { id }: Person): Promise<string> {
  const { token, hash } = newToken()
  await sql`update users set verified = false, verification_token_hash = ${hash},
    verification_expires_at = now() + interval '1 hour' where id = ${id}`.execute(shop.users)
  return token
}
