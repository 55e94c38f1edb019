/** Gives the epoch, the entry and how long that has left. Where there is no epoch (a new server, evicted) one begins. */
export const readScript = `
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
return {epoch, redis.call('GET', KEYS[2]), redis.call('PTTL', KEYS[2])}`

/** Fills in what was loaded in this epoch, unless something newer is there or was dropped meanwhile. */
export const fillScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local version = tonumber(ARGV[2])
local dropped = tonumber(redis.call('GET', KEYS[3]))
if dropped and dropped > version then return 0 end
local held = redis.call('GET', KEYS[2])
if held then
  local epoch, heldVersion = string.match(held, '^(%S+) (%d+) ')
  if epoch == ARGV[1] and tonumber(heldVersion) > version then return 0 end
end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[3])
return 1`

/**
 * Takes out what is older or cannot be read, and for a while leaves the version behind that nothing older may be filled
 * in after.
 */
export const dropScript = `
local version = tonumber(ARGV[1])
local dropped = tonumber(redis.call('GET', KEYS[2]))
local newest = ARGV[1]
if dropped and dropped > version then newest = dropped end
redis.call('SET', KEYS[2], newest, 'PX', ARGV[2])
local held = redis.call('GET', KEYS[1])
if held and (tonumber(string.match(held, '^%S+ (%d+) ')) or -1) < version then redis.call('DEL', KEYS[1]) end
return 1`
