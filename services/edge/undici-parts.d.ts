// The parts of undici that the edge stands on, typed by the whole. The whole also loads fetch, WebSocket and caches.
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici'
  export default Client
}
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'
  export default Pool
}
