/** What the place of an entry is by its id, 1767225600000-57. */
const placeOf = `
local function placeOf(id) return tonumber(string.match(id, '-(%d+)$')) end`

/**
 * Cuts each stream off below what the slowest group has not finished. Where a group is missing everything stays: it is
 * made again from the beginning, and has to find in order what it had not read. Groups that nobody was in for too long
 * are destroyed before. KEYS groups, tidy, streams; ARGV milliseconds that a group is kept,
 * and that nobody else need come. Gives the groups that it destroyed.
 */
export const trimScript = `
${placeOf}
local function hasAll(groups, names)
  local there = {}
  for _, group in ipairs(groups) do there[group[2]] = true end
  for _, name in ipairs(names) do if not there[name] then return false end end
  return true
end
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2]) then return {} end
local clock = redis.call('TIME')
local gone, kept = {}, {}
local seen = redis.call('HGETALL', KEYS[1])
for i = 1, #seen, 2 do
  if clock[1] * 1000 - seen[i + 1] > tonumber(ARGV[1]) then
    gone[#gone + 1] = seen[i]
    redis.call('HDEL', KEYS[1], seen[i])
  else
    kept[#kept + 1] = seen[i]
  end
end
for i = 3, #KEYS do
  for _, group in ipairs(gone) do redis.pcall('XGROUP', 'DESTROY', KEYS[i], group) end
  local groups = redis.pcall('XINFO', 'GROUPS', KEYS[i])
  if not groups.err and #groups > 0 and hasAll(groups, kept) then
    local least = nil
    for _, group in ipairs(groups) do
      local first = placeOf(group[8]) + 1
      if group[6] > 0 then first = math.min(first, placeOf(redis.call('XPENDING', KEYS[i], group[2])[2])) end
      least = math.min(least or first, first)
    end
    local began = string.match(redis.call('XINFO', 'STREAM', KEYS[i])[8], '^%d+')
    redis.call('XTRIM', KEYS[i], 'MINID', '=', began .. '-' .. string.format('%.0f', least))
  end
end
return gone`

/** KEYS streams; ARGV group. Exact: ids have no gaps, and only what all have finished is cut off. */
export const lagScript = `
${placeOf}
local lag = 0
for i = 1, #KEYS do
  local groups = redis.pcall('XINFO', 'GROUPS', KEYS[i])
  if not groups.err then
    local first = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)[1]
    for _, group in ipairs(groups) do
      if group[2] == ARGV[1] then
        lag = lag + group[6]
        if first then
          local last = placeOf(redis.call('XREVRANGE', KEYS[i], '+', '-', 'COUNT', 1)[1][1])
          lag = lag + math.max(0, last - math.max(placeOf(group[8]), placeOf(first[1]) - 1))
        end
      end
    end
  end
end
return lag`
