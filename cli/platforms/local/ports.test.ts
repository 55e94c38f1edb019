import { expect, test } from 'vitest'
import { parseProcNetTcp } from './listening-sockets.ts'
import { parseLsof } from './ports.ts'

test('of the sockets only those that listen are taken, with both address families', () => {
  const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
  const rest = '00000000:00000000 00:00000000 00000000     0        0'
  const text = [
    header,
    `   0: 0100007F:1F90 00000000:0000 0A ${rest} 111 1 0`,
    `   1: 0100007F:1F90 0100007F:A000 01 ${rest} 222 1 0`,
    `   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A ${rest} 333 1 0`,
    '',
  ].join('\n')
  expect(parseProcNetTcp(text)).toEqual([
    { port: 8080, inode: '111' },
    { port: 80, inode: '333' },
  ])
})

test('the fields of lsof are read, a process with several ports once', () => {
  const text = 'p4711\ncnode\nf20\nn127.0.0.1:8080\nf21\nn[::1]:9464\np12\ncpostgres\nf7\nn*:5432\n'
  expect(parseLsof(text)).toEqual([
    { processId: 4711, command: 'node', ports: [8080, 9464] },
    { processId: 12, command: 'postgres', ports: [5432] },
  ])
  expect(parseLsof('')).toEqual([])
})
