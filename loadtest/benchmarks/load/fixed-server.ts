import { createServer } from 'node:net'

/** Answers whatever comes with the same few bytes: what is measured is who asks. Prints its port. */
const body = '{"hello":"world"}'
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
)

const server = createServer({ noDelay: true }, (socket) => {
  // One request at a time on a connection, and none is longer than a packet.
  socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy())
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`)
})
