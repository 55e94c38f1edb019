import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP's smallest recommendation for Argon2id: 19 MiB, 2 passes, 1 lane. */
const present = { memory: 19_456, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32

type Parameters = { readonly memory: number; readonly passes: number; readonly parallelism: number }
type Stored = Parameters & { readonly salt: Buffer; readonly tag: Buffer }

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. Takes about 15 ms and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  return renderHash({ ...present, salt, tag: await tagOf(password, { ...present, salt, tagLength: tagBytes }) })
}

/** Compares in the same time whatever differs. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { tag, ...parameters } = parseHash(stored)
  return timingSafeEqual(tag, await tagOf(password, { ...parameters, tagLength: tag.length }))
}

/** A hash that no password has, for accounts that do not exist: checking it costs what a real one costs. */
export function unmatchableHash(): string {
  return renderHash({ ...present, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) })
}

/** True where a hash was made with less than is asked for today. */
export function isWeakHash(stored: string): boolean {
  const { memory, passes } = parseHash(stored)
  return memory < present.memory || passes < present.passes
}

function tagOf(password: string, { salt, ...parameters }: Parameters & { salt: Buffer; tagLength: number }) {
  return derive('argon2id', { message: Buffer.from(password, 'utf8'), nonce: salt, ...parameters })
}

function renderHash({ memory, passes, parallelism, salt, tag }: Stored): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

function parseHash(text: string): Stored {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text)
  const [, memory, passes, parallelism, salt, tag] = parts ?? []
  if (salt === undefined || tag === undefined) throw new TypeError('not an Argon2id hash')
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
