-- Commit makes a change: checks all of it, then writes all of it.
--
-- ARGV: the node; now in µs ('': Redis's clock); how long a done job is remembered in µs; then three lists, each a count and so many of
--   ends: queue, id, token (8 bytes), 'd' done or 'b' back, ready (8), '1' if fresh
--   puts: kind, id, version (8), '1' if it is removed, time (8), packed keys, how many keys, keys…, body
--   adds: queue, id, lane, due (8), body, ready (8), attempt, done in µs ('': it waits)
-- Result: 'OK', or 'lease' or 'record' with the two names of what conflicts.
local at = 0
local function arg() at = at + 1; return ARGV[at] end

local node, now, window = arg(), clock(arg()), tonumber(arg())
local ends, puts, adds = {}, {}, {}
for i = 1, tonumber(arg()) do
  ends[i] = { queue = arg(), id = arg(), token = arg(), how = arg(), ready = arg(), fresh = arg() == '1' }
end
for i = 1, tonumber(arg()) do
  local p = { kind = arg(), id = arg(), version = arg(), removed = arg() == '1', time = arg(), packed = arg(), keys = {} }
  for k = 1, tonumber(arg()) do p.keys[k] = arg() end
  p.body = arg()
  puts[i] = p
end

for _, e in ipairs(ends) do
  e.job = job_at(e.queue, e.id)
  if not e.job or e.job.state ~= 'w' or e.job.token ~= e.token or e.token == none then return { 'lease', e.queue, e.id } end
end
for _, p in ipairs(puts) do
  p.key = record_key(p.kind, p.id)
  local h = call('GETRANGE', p.key, 0, 27)
  p.exists = h ~= ''
  if p.exists then
    if h:sub(1, 8) ~= p.version then return { 'record', p.kind, p.id } end
    p.row, p.was = h:sub(9, 16), h:sub(17, 24)
    p.old = call('GETRANGE', p.key, 28, 27 + struct.unpack('>I4', h, 25))
  elseif p.version ~= none then
    return { 'record', p.kind, p.id }
  end
end

-- From here on nothing fails.
local soon = {} -- by queue: when something may be claimed because of this change
local function claim_at(queue, when)
  if when and (not soon[queue] or when < soon[queue]) then soon[queue] = when end
end

for _, e in ipairs(ends) do
  local j = e.job
  keep(j.key, j.place:sub(9))
  set_free(e.queue, j)
  call('SREM', node_key(node), lease_name(e.token, e.queue, e.id))
  if e.how == 'b' then
    local attempt = j.attempt
    if e.fresh then attempt = attempt - 1 end
    claim_at(e.queue, put_back(e.queue, j, micros(e.ready, 1), attempt))
  else
    call('SET', j.key, 'd' .. j.place .. packed(j.ready) .. struct.pack('>I4', j.attempt) .. none .. packed(now) .. struct.pack('>I4', #j.lane) .. j.lane,
      'PX', math.ceil(window / 1000))
    call('HINCRBY', waiting_key, e.queue, -1)
    if j.lane ~= '' then
      call('ZREM', lane_key(e.queue, j.lane), j.place .. e.id)
      claim_at(e.queue, arrange(e.queue, j.lane))
    end
  end
end

-- Keys are packed as the length of each (4 bytes) and its bytes.
local function unpack_keys(s)
  local keys, i = {}, 1
  while i <= #s do
    local n = struct.unpack('>I4', s, i)
    keys[#keys + 1] = s:sub(i + 4, i + 3 + n)
    i = i + 4 + n
  end
  return keys
end

for _, p in ipairs(puts) do
  local same = p.exists and not p.removed and p.was == p.time and p.old == p.packed
  if p.exists then
    keep(p.key, p.row)
    if not same then
      local member = p.was .. p.row .. p.id
      call('ZREM', kind_key(p.kind), member)
      for _, key in ipairs(unpack_keys(p.old)) do call('ZREM', index_key(p.kind, key), member) end
    end
  end
  if p.removed then
    if p.exists then call('DEL', p.key) end
  else
    local version = struct.pack('>I8', call('INCR', seq_key))
    local row = p.row or version
    call('SET', p.key, version .. row .. p.time .. struct.pack('>I4', #p.packed) .. p.packed .. p.body)
    if not same then
      local member = p.time .. row .. p.id
      call('ZADD', kind_key(p.kind), 0, member)
      for _, key in ipairs(p.keys) do call('ZADD', index_key(p.kind, key), 0, member) end
    end
    if not p.exists then call('SADD', kinds_key, p.kind) end
  end
end

for _ = 1, tonumber(arg()) do
  local queue, id, lane, due, body, ready, attempt, done = arg(), arg(), arg(), arg(), arg(), arg(), arg(), arg()
  local known = job_at(queue, id)
  if not known or known.state == 'd' and now >= known.ends + window then
    if known then keep(known.key, known.place:sub(9)) end
    local j = { key = job_key(queue, id), id = id, lane = lane, due = micros(due, 1), ready = micros(ready, 1), token = none }
    j.place = due .. struct.pack('>I8', call('INCR', seq_key))
    local rest = j.place .. ready .. struct.pack('>I4', attempt) .. none
    if done ~= '' then
      local left = tonumber(done) + window - now
      call('SET', j.key, 'd' .. rest .. packed(tonumber(done)) .. struct.pack('>I4', #lane) .. lane, 'PX', math.max(1, math.ceil(left / 1000)))
    else
      call('SET', j.key, 'w' .. rest .. packed(0) .. struct.pack('>I4', #lane) .. lane .. body)
      call('HINCRBY', waiting_key, queue, 1)
      if lane == '' then
        claim_at(queue, stand(queue, j, claimable(j)))
      else
        local first = first_of(queue, lane)
        call('ZADD', lane_key(queue, lane), 0, j.place .. id)
        if first_of(queue, lane) == j.place .. id then -- else what may be claimed first, and when, has not changed
          if first then unstand(queue, first) end
          claim_at(queue, arrange(queue, lane))
        end
      end
    end
  end
end

for queue, when in pairs(soon) do wake(queue, when, now) end
return { 'OK' }
