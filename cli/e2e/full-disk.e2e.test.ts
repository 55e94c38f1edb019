import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../platforms/local/ports.ts'
import { createShop, type Shop } from './shop.ts'
import { ask } from './shop-api.ts'

const deploy = ['deploy', '--env', 'local']
const root = process.getuid?.() === 0

let shop: Shop
beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop.close())

/** A small disk of its own for the state. */
const mounted = async (options: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory])
  onTestFinished(async () => {
    execFileSync('umount', [directory])
    await rm(directory, { recursive: true })
  })
  return directory
}

describe.skipIf(!root)('a disk that takes nothing (skipped where tests may not mount one)', () => {
  test('read-only: what changes is refused, what looks goes on', async () => {
    const env = { SHOPCTL_STATE_DIR: await mounted('ro,size=1m') }
    const refused = {
      code: 3,
      stderr: expect.stringMatching(/^STATE_NOT_WRITABLE: .*: the file system is read-only\./),
    }
    expect(await shop.run(deploy, { env })).toMatchObject(refused)
    expect(await shop.run(['down', '--env', 'local'], { env })).toMatchObject(refused)
    expect(await shop.run(['lock', 'show', '--env', 'local'], { env })).toMatchObject({ code: 0 })
  })

  test('full: a deploy is refused, and what ran goes on', async () => {
    const disk = await mounted('size=200m')
    const env = { SHOPCTL_STATE_DIR: disk }
    const port = await freePort()
    expect(await shop.run([...deploy, '--port', String(port)], { env })).toMatchObject({ code: 0 })
    onTestFinished(async () => {
      await rm(join(disk, 'filling'), { force: true })
      await shop.run(['down', '--env', 'local', '--delete-data', '--yes'], { env })
    })
    await writeFile(join(disk, 'filling'), Buffer.alloc(256 * 1024 * 1024)).catch(() => undefined)
    await shop.edit('services/catalog/main.ts', (text) => `${text}\nReflect.set(globalThis, 'full', 1)\n`)
    const result = await shop.run(deploy, { env })
    expect(result).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^STATE_NOT_WRITABLE: .*: the disk is full\./),
    })
    expect(await shop.run(['status', '--env', 'local'], { env })).toMatchObject({ code: 0 })
    expect(await ask(`http://127.0.0.1:${port}/api/v1/products`)).toMatchObject({ status: 200 })
  })
})
