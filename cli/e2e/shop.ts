import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { freePort } from '../platforms/local/ports.ts'
import { type ReleaseRecord, releaseRecordSchema } from '../releases/release.ts'
import { author, copyRepository, git } from './copy-repository.ts'
import { type CommandOptions, type CommandResult, type RunningCommand, startCommand } from './running-command.ts'
import { createShopApi, type ShopApi } from './shop-api.ts'
import { type ShopClient, startClient } from './shop-client.ts'
import { e2eMarker, type ShopProcess, shopProcesses } from './shop-processes.ts'

export type Shop = {
  readonly root: string
  readonly port: number
  readonly url: string
  readonly api: ShopApi
  /** Runs `bin/shopctl` to its end, whatever its exit code. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  start(args: readonly string[], options?: CommandOptions): RunningCommand
  /** Pastes lines into a shell, as a person does with what was printed. */
  paste(lines: string): Promise<CommandResult>
  /** `deploy --env local`, on the shop's port; throws with the output where it does not exit 0. */
  deploy(...args: readonly string[]): Promise<CommandResult>
  /** Changes a source file, or makes one where there is none. Answers the way back, which may be taken twice. */
  edit(path: string, change: (text: string) => string): Promise<() => Promise<void>>
  /** Commits everything in the shop's own repository. */
  commit(message: string): Promise<void>
  /** Newest first, as they are on disk. */
  records(): Promise<readonly ReleaseRecord[]>
  record(release: number): Promise<ReleaseRecord>
  /** Below the state directory of the environment. */
  statePath(...names: readonly string[]): string
  processes(): readonly ShopProcess[]
  /** The process of each service and foundation by its name; throws where one has two. */
  processIds(): Readonly<Record<string, number>>
  /** Which of them are other processes than before, gone or new. */
  restarted(before: Readonly<Record<string, number>>): readonly string[]
  /** A customer at work: reads products and places orders of one product with stock without end. */
  client(): Promise<ShopClient>
  demoLogin(role: 'customer' | 'admin'): Promise<{ readonly email: string; readonly password: string }>
  /** Stops the clients, takes everything down, shows that no process is left, removes the folder. */
  close(): Promise<void>
}

export { author }

const loginsSchema = z.object({ demo: z.object({ customerPassword: z.string(), adminPassword: z.string() }) })
const stockOfClient = 1_000_000

const endSeconds = 5

/** What a command started itself (esbuild, git) may end a moment after it. */
const leftOver = async (root: string): Promise<readonly ShopProcess[]> => {
  const deadline = performance.now() + endSeconds * 1000
  while (shopProcesses(root).length > 0 && performance.now() < deadline) await pause(20)
  return shopProcesses(root)
}

const killAll = async (root: string): Promise<void> => {
  for (const { processId } of shopProcesses(root)) process.kill(processId, 'SIGKILL')
  while (shopProcesses(root).length > 0) await pause(20)
}

/** A shop of its own: a copy of the repository with its own state, port and home. The path has a blank in it. */
export const createShop = async (): Promise<Shop> => {
  const { root, remove } = await copyRepository()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const api = createShopApi(url)
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(root, '..', 'home'),
    LANG: 'C.UTF-8',
    [e2eMarker]: root,
  }
  const clients: ShopClient[] = []
  const statePath = (...names: readonly string[]) => join(root, '.shopctl', 'local', ...names)

  const startProgram = (program: string, args: readonly string[], options: CommandOptions): RunningCommand =>
    startCommand({ program, args, cwd: options.cwd ?? root, env: { ...environment, ...options.env } }, options)
  const start: Shop['start'] = (args, options = {}) => startProgram(join(root, 'bin', 'shopctl'), args, options)
  const run: Shop['run'] = (args, options) => start(args, options).result()

  const deploy: Shop['deploy'] = async (...args) => {
    const result = await run(['deploy', '--env', 'local', '--port', String(port), ...args])
    if (result.code !== 0) throw new Error(`deploy exited ${result.code}:\n${result.stdout}\n${result.stderr}`)
    return result
  }

  const edit: Shop['edit'] = async (path, change) => {
    const file = join(root, path)
    const before = await readFile(file, 'utf8').catch(() => null)
    const after = change(before ?? '')
    if (after === before) throw new Error(`the edit of ${path} changes nothing`)
    await writeFile(file, after)
    return () => (before === null ? rm(file, { force: true }) : writeFile(file, before))
  }

  const records: Shop['records'] = async () => {
    const names = (await readdir(statePath('releases'))).filter((name) => name.endsWith('.json'))
    const texts = await Promise.all(names.map((name) => readFile(statePath('releases', name), 'utf8')))
    const read = texts.map((text) => releaseRecordSchema.parse(JSON.parse(text)))
    return read.toSorted((first, second) => second.number - first.number)
  }

  const processIds: Shop['processIds'] = () => {
    const named = shopProcesses(root).filter(({ name }) => name !== 'postgres' && name !== 'command')
    const twice = named.filter(({ name }, index) => named.findIndex((other) => other.name === name) !== index)
    if (twice.length > 0) throw new Error(`more than one process each: ${JSON.stringify(named)}`)
    return Object.fromEntries(named.map(({ name, processId }) => [name, processId]))
  }

  const demoLogin: Shop['demoLogin'] = async (role) => {
    const text = await readFile(statePath('secrets', 'foundations.json'), 'utf8')
    const { demo } = loginsSchema.parse(JSON.parse(text))
    return role === 'admin'
      ? { email: 'admin@shop.example', password: demo.adminPassword }
      : { email: 'demo@shop.example', password: demo.customerPassword }
  }

  return {
    root,
    port,
    url,
    api,
    run,
    start,
    paste: (lines) => startProgram('sh', [], { input: `${lines}\n` }).result(),
    deploy,
    edit,
    records,
    demoLogin,
    statePath,
    async commit(message) {
      await git(root, ['add', '-A'])
      await git(root, ['commit', '-q', '-m', message])
    },
    async record(release) {
      const found = (await records()).find(({ number }) => number === release)
      if (found === undefined) throw new Error(`there is no record of release ${release}`)
      return found
    },
    processes: () => shopProcesses(root),
    processIds,
    restarted(before) {
      const after = processIds()
      return Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name])
    },
    async client() {
      const { email, password } = await demoLogin('admin')
      const [admin, token, [product]] = await Promise.all([api.logIn(email, password), api.register(), api.products()])
      if (product === undefined) throw new Error('the shop has no products')
      await api.setStock(product.id, stockOfClient, admin)
      const client = startClient({ url, buys: { token, productId: product.id } })
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.stop()))
      const result = await run(['down', '--env', 'local', '--delete-data', '--yes'])
      const left = await leftOver(root)
      await killAll(root)
      await remove()
      if (result.code !== 0) throw new Error(`down exited ${result.code}:\n${result.stdout}\n${result.stderr}`)
      if (left.length > 0) throw new Error(`processes were left after down: ${JSON.stringify(left)}`)
    },
  }
}
