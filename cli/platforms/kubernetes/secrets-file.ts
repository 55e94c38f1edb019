import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serviceNames } from '../../../services/registry.ts'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { createDirectory } from '../create-directory.ts'
import { type Override, parseOverrides } from '../service-settings.ts'
import { stateRoot } from '../state-root.ts'
import { createFileAtomically, writeFileAtomically } from '../write-file-atomically.ts'
import type { SecretEntry } from './secret-entry.ts'

export type SecretsFilePlace = {
  readonly environment: string
  readonly repository: string
  /** SHOPCTL_SECRETS_FILE, SHOPCTL_SECRETS_KEY (an age identity or a passphrase), SHOPCTL_STATE_DIR. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

export type SecretsFile = {
  readonly path: string
  /** Nothing where there is no file. Throws SECRETS_LOCKED (refused) where the key does not open it. */
  read(): Promise<readonly SecretEntry[]>
  set(setting: Override): Promise<void>
  /** False where it was not set. */
  unset(setting: Pick<SecretEntry, 'service' | 'name'>): Promise<boolean>
}

/** As OpenSSL's and age's own default: a second of work for whoever guesses. */
const passphraseWork = 17

const isIdentity = (key: string): boolean => key.startsWith('AGE-SECRET-KEY-')

/** Settings in a file that age encrypts: for environments without Secrets Manager, and for what wins over it. */
export const openSecretsFile = ({ environment, repository, variables }: SecretsFilePlace): SecretsFile => {
  const directory = join(stateRoot({ repository, variables }), 'secrets')
  const path = variables.SHOPCTL_SECRETS_FILE || join(directory, `${environment}.age`)
  const keyFile = join(directory, 'key.txt')

  const readKey = async (): Promise<string | null> =>
    variables.SHOPCTL_SECRETS_KEY?.trim() || ((await readIfThere(keyFile))?.toString('utf8').trim() ?? null)

  const makeKey = async (): Promise<string> => {
    const { generateX25519Identity } = await import('age-encryption')
    const made = await generateX25519Identity()
    return (await createFileAtomically(keyFile, `${made}\n`)) ? made : ((await readKey()) ?? made)
  }

  const locked = (why: string): ShopctlError =>
    new ShopctlError({
      code: 'SECRETS_LOCKED',
      outcome: 'refused',
      what: `The secrets of ${environment} in ${path} could not be opened; nothing was changed.`,
      why: [why],
      fix: [`export SHOPCTL_SECRETS_KEY="$(cat ${quoteWord(keyFile)})"`],
    })

  const decrypt = async (content: Uint8Array): Promise<string> => {
    const { Decrypter } = await import('age-encryption')
    const key = await readKey()
    if (key === null) throw locked(`there is no key: neither SHOPCTL_SECRETS_KEY nor ${keyFile}`)
    const decrypter = new Decrypter()
    const from = variables.SHOPCTL_SECRETS_KEY ? 'SHOPCTL_SECRETS_KEY' : keyFile
    try {
      if (isIdentity(key)) decrypter.addIdentity(key)
      else decrypter.addPassphrase(key)
      return await decrypter.decrypt(content, 'text')
    } catch {
      throw locked(`the key in ${from} does not open it, or the file is damaged`)
    }
  }

  const encrypt = async (text: string): Promise<string> => {
    const { Encrypter, armor, identityToRecipient } = await import('age-encryption')
    const key = (await readKey()) ?? (await makeKey())
    const encrypter = new Encrypter()
    if (isIdentity(key)) encrypter.addRecipient(await identityToRecipient(key))
    else {
      encrypter.setScryptWorkFactor(passphraseWork)
      encrypter.setPassphrase(key)
    }
    return armor.encode(await encrypter.encrypt(text))
  }

  const readSettings = async (): Promise<readonly Override[]> => {
    const content = await readIfThere(path)
    if (content === null) return []
    const { armor } = await import('age-encryption')
    const text = await decrypt(unarmored(content, armor.decode))
    return parseOverrides(text, path)
  }

  const write = async (settings: readonly Override[]): Promise<void> => {
    // Closed before anything is in it; a file elsewhere is in a place of its owner's choice.
    await createDirectory(directory, 'private')
    const lines = settings.map(([service, name, value]) => `${service === '*' ? '' : `${service}.`}${name}=${value}\n`)
    await writeFileAtomically(path, await encrypt(lines.join('')))
  }

  return {
    path,
    async read() {
      return (await readSettings()).map(([owner, name, value]) => {
        const service = serviceNames.find((each) => each === owner) ?? '*'
        return { service, name, value, origin: path }
      })
    },
    async set(setting) {
      const others = (await readSettings()).filter((each) => each[0] !== setting[0] || each[1] !== setting[1])
      await write([...others, setting])
    },
    async unset({ service, name }) {
      const before = await readSettings()
      const after = before.filter((each) => each[0] !== service || each[1] !== name)
      if (after.length === before.length) return false
      await write(after)
      return true
    },
  }
}

/** Also a file that somebody has made with age itself, which writes bytes unless it is asked for text. */
const unarmored = (content: Buffer, decode: (text: string) => Uint8Array): Uint8Array => {
  const text = content.toString('utf8')
  if (!text.startsWith('-----BEGIN')) return content
  try {
    return decode(text)
  } catch {
    return new Uint8Array()
  }
}

const readIfThere = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}
