import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { z } from 'zod'
import { type ApplyRecord, applyRecordSchema } from '../../infrastructure/records/apply-record.ts'
import { createS3ObjectStore } from '../../infrastructure/records/s3-object-store.ts'
import { copyRepository, git } from '../copy-repository.ts'
import { documentOf } from '../published-schemas.ts'
import { type CommandOptions, type CommandResult, type RunningCommand, startCommand } from '../running-command.ts'
import { awsVariables, clientOf, newAccount, region } from './test-account.ts'

export type InfraShop = {
  readonly root: string
  readonly account: string
  readonly bucket: string
  /** Runs `bin/shopctl infra …` to its end, whatever its exit code. */
  run(words: readonly string[], options?: CommandOptions): Promise<CommandResult>
  start(words: readonly string[], options?: CommandOptions): RunningCommand
  /** `result` of the document of `--json`. Throws with the output where the exit code is another. */
  ask<Result>(
    words: readonly string[],
    answer: { readonly code: number; readonly schema: z.ZodType<Result> },
  ): Promise<Result>
  /** Changes a source file and commits it. Answers the way back. */
  edit(path: string, change: (text: string) => string): Promise<() => Promise<void>>
  /** The bucket for the states as bootstrap leaves it for others, without the minute that its settings take. */
  makeBucket(): Promise<void>
  keys(prefix: string): Promise<readonly string[]>
  put(key: string, text: string): Promise<void>
  get(key: string): Promise<string | null>
  remove(key: string): Promise<void>
  /** Newest first. */
  records(stack: string): Promise<readonly ApplyRecord[]>
  close(): Promise<void>
}

/** A repository of its own whose account is one of its own, so that nothing else on the emulator meets it. */
export const createInfraShop = async (): Promise<InfraShop> => {
  const { root, remove } = await copyRepository()
  const account = newAccount()
  const bucket = `shop-terraform-state-${account}`
  const client = new S3Client(clientOf(account))
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(root, '..', 'home'),
    LANG: 'C.UTF-8',
    SHOPCTL_WHO: 'ada@e2e',
    ...awsVariables(account),
  }

  const edit: InfraShop['edit'] = async (path, change) => {
    const file = join(root, path)
    const before = await readFile(file, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`the edit of ${path} changes nothing`)
    await writeFile(file, after)
    return () => writeFile(file, before)
  }
  for (const file of ['stacks/installations.ts', 'stacks/environments.ts']) {
    await edit(file, (text) => text.replace("account: '000000000000'", `account: '${account}'`))
  }
  await git(root, ['commit', '-q', '-a', '-m', 'Use an account of our own'])

  const start: InfraShop['start'] = (words, options = {}) => {
    const env = { ...environment, ...options.env }
    const call = { program: join(root, 'bin', 'shopctl'), args: words, cwd: options.cwd ?? root, env }
    return startCommand(call, options)
  }
  const run: InfraShop['run'] = (words, options) => start(words, options).result()
  const store = createS3ObjectStore({ bucket, region, client: clientOf(account) })

  return {
    root,
    account,
    bucket,
    start,
    run,
    edit,
    async ask(words, { code, schema }) {
      const result = await run([...words, '--json'])
      if (result.code !== code) {
        throw new Error(`${words.join(' ')} exited ${result.code}, not ${code}:\n${result.stdout}\n${result.stderr}`)
      }
      const document = documentOf(result)
      if (!document.ok) throw new Error(result.stdout)
      return schema.parse(document.result)
    },
    async makeBucket() {
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    },
    keys: async (prefix) =>
      ((await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents ?? []).flatMap(
        ({ Key }) => (Key === undefined ? [] : [Key]),
      ),
    put: async (key, text) => void (await store.write(key, { text, condition: 'whatever-is-there' })),
    get: async (key) => (await store.read(key))?.text ?? null,
    async remove(key) {
      const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    async records(stack) {
      const keys = await store.list(`shopctl/records/${stack}/`)
      const texts = await Promise.all(keys.toReversed().map((key) => store.read(key)))
      return texts.map((object) => applyRecordSchema.parse(JSON.parse(object?.text ?? '')))
    },
    async close() {
      client.destroy()
      await remove()
    },
  }
}
