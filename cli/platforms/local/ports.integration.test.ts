import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { freePort, isFree, listeningPorts, portOwner } from './ports.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

const listen = (port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    servers.push(server)
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })

test('a free port can be listened on and is taken then', async () => {
  const port = await freePort()
  expect(await isFree(port)).toBe(true)
  expect(await portOwner(port)).toBeNull()
  await listen(port, '127.0.0.1')
  expect(await isFree(port)).toBe(false)
})

test('ports that are asked for at once are different, and none is one that a connection may take', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort))
  expect(new Set(ports).size).toBe(200)
  expect(Math.max(...ports)).toBeLessThan(32_768)
})

test.each(['127.0.0.1', '0.0.0.0', '::'])('who listens on %s is named', async (host) => {
  const port = await freePort()
  await listen(port, host)
  expect(await isFree(port)).toBe(false)
  expect(await portOwner(port)).toEqual({ processId: process.pid, command: expect.stringContaining('node') })
})

test('all ports of a process are listed, those of others are not', async () => {
  const mine = [await freePort(), await freePort()].toSorted((a, b) => a - b)
  for (const port of mine) await listen(port, '127.0.0.1')
  expect(await listeningPorts(process.pid)).toEqual(expect.arrayContaining(mine))
  expect(await listeningPorts(process.ppid)).not.toEqual(expect.arrayContaining(mine))
})
