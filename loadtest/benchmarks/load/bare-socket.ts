import { connect } from 'node:net'

/** The least that a request takes here: one socket, one request after the other, nothing parsed. Prints p50 in µs. */
const [port = '', seconds = '2'] = process.argv.slice(2)
const request = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'
const taken: number[] = []
const until = performance.now() + Number(seconds) * 1_000

const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
let began = 0
const send = () => {
  began = performance.now()
  socket.write(request)
}
socket.on('connect', send).on('data', () => {
  const now = performance.now()
  taken.push((now - began) * 1_000)
  if (now < until) return send()
  socket.destroy()
  const sorted = taken.toSorted((a, b) => a - b)
  process.stdout.write(`${JSON.stringify({ p50Microseconds: sorted[Math.floor(sorted.length / 2)] })}\n`)
})
