/** Milliseconds since 1970 on the clock of the server. */
const time = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)`

/**
 * Appends in order. Ids are when the stream began and -1, -2, -3 …: without a gap, so that they can be counted by
 * subtraction, and never again those of a stream that was lost. Where one was, it is made again with its groups, and
 * what was in it has to come before what is published now.
 * KEYS incarnation, told, groups, streams; ARGV source or '', channel, then partition and text of each. 0: to be made up
 * for first.
 */
export const publishScript = `
local function streamOf(partition) return KEYS[4 + partition] end
local began, lost = {}, false
for i = 3, #ARGV, 2 do
  local stream = streamOf(ARGV[i])
  if not began[stream] then
    local info = redis.pcall('XINFO', 'STREAM', stream)
    began[stream] = info.err and '0' or string.match(info[8], '^%d+')
    for _, group in ipairs(info.err and redis.call('HKEYS', KEYS[3]) or {}) do
      redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
      lost = true
    end
  end
end
if lost then redis.call('DEL', KEYS[1]) end
if ARGV[1] ~= '' then
  local incarnation = redis.call('GET', KEYS[1])
  if not incarnation or redis.call('HGET', KEYS[2], ARGV[1]) ~= incarnation then return 0 end
end
${time}
for i = 3, #ARGV, 2 do
  local stream, place = streamOf(ARGV[i]), '-*'
  if began[stream] == '0' then began[stream], place = string.format('%.0f', now), '-1' end
  redis.call('XADD', stream, began[stream] .. place, 'at', string.format('%.0f', now), 'envelope', ARGV[i + 1])
end
redis.call('PUBLISH', ARGV[2], '')
return 1`

/**
 * KEYS incarnation, told, streams; ARGV run id of the server, a new incarnation, source. Gives the incarnation, the one
 * that the source made up for, and when the oldest entry was written that is still there, or now.
 */
export const lookScript = `
local incarnation = redis.call('GET', KEYS[1])
if not incarnation or string.sub(incarnation, 1, #ARGV[1]) ~= ARGV[1] then
  incarnation = ARGV[2]
  redis.call('SET', KEYS[1], incarnation)
end
${time}
local oldest = now
for i = 3, #KEYS do
  local first = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)[1]
  if first then oldest = math.min(oldest, tonumber(first[2][2]) or 0) end
end
return {incarnation, redis.call('HGET', KEYS[2], ARGV[3]) or '', oldest}`

/** KEYS incarnation, told; ARGV incarnation, source. Of one that has ended meanwhile nothing was made up for. */
export const settleScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('HSET', KEYS[2], ARGV[2], ARGV[1]) end
return 1`
