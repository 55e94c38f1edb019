const time = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)`

/**
 * Makes the group in every stream, and the streams. One that was there before (so it is noted, or its member says) and
 * has lost a stream begins that anew, and what was in it has to be sent again: then there is no incarnation any more.
 * KEYS groups, incarnation, streams; ARGV group, `0` or `$`, `new` or `known`.
 */
export const joinScript = `
local known = ARGV[3] == 'known' or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1
local from = ARGV[2]
if known then from = '0' end
local made = 0
for i = 3, #KEYS do
  local reply = redis.pcall('XGROUP', 'CREATE', KEYS[i], ARGV[1], from, 'MKSTREAM')
  if not reply.err then made = made + 1
  elseif not string.find(reply.err, 'BUSYGROUP', 1, true) then return reply end
end
${time}
redis.call('HSET', KEYS[1], ARGV[1], now)
if known and made > 0 then redis.call('DEL', KEYS[2]) end
return made`

/** KEYS members, groups, owners; ARGV group, member, claim time in milliseconds. Gives the members and all owners. */
export const beatScript = `
${time}
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], now)
local owners = {}
for i = 3, #KEYS do
  local owner = redis.call('GET', KEYS[i])
  if owner == ARGV[2] then redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
  owners[i - 2] = owner or ''
end
return {redis.call('ZRANGE', KEYS[1], 0, -1), owners}`

/** KEYS owners; ARGV member, claim time. 1 for each that is its own now. */
export const claimScript = `
local claimed = {}
for i = 1, #KEYS do
  local owner = redis.call('GET', KEYS[i])
  claimed[i] = 0
  if not owner or owner == ARGV[1] then
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
    claimed[i] = 1
  end
end
return claimed`

/** KEYS owners; ARGV member. */
export const releaseScript = `
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
end
return 1`

/**
 * Only the owner reads, so nothing is given to one who has lost the partition without knowing.
 * KEYS owner and stream of each; ARGV group, member, then of each how many, and 1 where it begins anew: then everything
 * that is pending comes first, whoever had it, and who had it is gone. XAUTOCLAIM, for Redis 7 cannot claim as it reads.
 * Gives the entries of each, or 'lost' where the group is not there.
 */
export const readScript = `
local answer = {}
local function lost(reply) return string.find(reply.err, 'NOGROUP', 1, true) end
for i = 1, #KEYS, 2 do
  local stream, entries, index = KEYS[i + 1], {}, (i + 1) / 2
  if redis.call('GET', KEYS[i]) == ARGV[2] then
    if ARGV[2 * index + 2] == '1' then
      local cursor = '0-0'
      repeat
        local reply = redis.pcall('XAUTOCLAIM', stream, ARGV[1], ARGV[2], 0, cursor, 'COUNT', 100)
        if reply.err then return lost(reply) and 'lost' or reply end
        cursor = reply[1]
        for _, entry in ipairs(reply[2]) do entries[#entries + 1] = entry end
      until cursor == '0-0'
      for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, ARGV[1])) do
        if consumer[2] ~= ARGV[2] and consumer[4] == 0 then
          redis.call('XGROUP', 'DELCONSUMER', stream, ARGV[1], consumer[2])
        end
      end
    end
    local reply = redis.pcall('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[2 * index + 1], 'STREAMS', stream, '>')
    if reply then
      if reply.err then return lost(reply) and 'lost' or reply end
      for _, entry in ipairs(reply[1][2]) do entries[#entries + 1] = entry end
    end
  end
  answer[index] = entries
end
return answer`

/**
 * What is pending goes to the next owner: with its consumer it would be gone (redis#11567).
 * KEYS members, then owner and stream of each; ARGV group, member, then 1 for each whose claim is kept.
 */
export const leaveScript = `
redis.call('ZREM', KEYS[1], ARGV[2])
for i = 2, #KEYS, 2 do
  local owner, stream = KEYS[i], KEYS[i + 1]
  local pending = redis.pcall('XPENDING', stream, ARGV[1], '-', '+', 100000, ARGV[2])
  if not pending.err then
    for _, entry in ipairs(pending) do
      redis.call('XCLAIM', stream, ARGV[1], 'handed-over', 0, entry[1], 'JUSTID')
    end
    redis.call('XGROUP', 'DELCONSUMER', stream, ARGV[1], ARGV[2])
  end
  if ARGV[2 + i / 2] ~= '1' and redis.call('GET', owner) == ARGV[2] then redis.call('DEL', owner) end
end
return 1`
