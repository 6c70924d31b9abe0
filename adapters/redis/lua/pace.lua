-- Pace takes a place in all buckets, or in none. A bucket is a number: the time up to which its places are taken (generic cell rate). As two buckets are
-- taken together or not at all, this is not redis_rate, which knows one at a time: a chat that has to wait must not use up its app's places.
--
-- ARGV: now in µs ('': Redis's clock); for each bucket: name, µs for each place (0: no limit), how many may go at once.
-- Result: 0, or the time in µs at which to ask again.
local now, wait, buckets = clock(ARGV[1]), 0, {}
for i = 2, #ARGV, 3 do
  local b = { key = tag .. ':p:' .. ARGV[i], each = tonumber(ARGV[i + 1]) }
  local paused = tonumber(call('GET', tag .. ':q:' .. ARGV[i]) or 0)
  if paused > now then wait = math.max(wait, paused) end
  if b.each > 0 then
    b.taken = math.max(tonumber(call('GET', b.key) or 0), now) + b.each
    local open = b.taken - b.each * tonumber(ARGV[i + 2])
    if open > now then wait = math.max(wait, open) end
    buckets[#buckets + 1] = b
  end
end
if wait > 0 then return string.format('%.0f', wait) end
for _, b in ipairs(buckets) do
  call('SET', b.key, string.format('%.0f', b.taken), 'PX', math.ceil((b.taken - now) / 1000) + 1)
end
return '0'
