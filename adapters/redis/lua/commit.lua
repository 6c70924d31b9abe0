-- Commit makes changes, one after the other: it checks all of a change, then writes all of it or nothing.
--
-- ARGV: the node; now in µs ('': Redis's clock); how long a done job is remembered in µs; how many records and jobs all changes put and add together;
-- how many changes; for each change three lists, each a count and so many of
--   ends: queue, id, token (8 bytes), 'd' done or 'b' back, ready (8), '1' if fresh
--   puts: kind, id, version (8), '1' if it is removed, time (8), packed keys, how many keys, keys…, body
--   adds: queue, id, lane, due (8), body, ready (8), attempt, done in µs ('': it waits)
-- Result: for each change 'OK', or 'lease' or 'record' with the two names of what conflicts.
local at = 0
local function arg() at = at + 1; return ARGV[at] end
local function count() at = at + 1; return tonumber(ARGV[at]) end

local node, now, window, numbers, changes = arg(), clock(arg()), count(), count(), count()
local last = numbers > 0 and call('INCRBY', seq_key, numbers) - numbers
local function number() last = last + 1; return struct.pack('>I8', last) end

-- What is the same for many changes is written once.
local soon, waiting, kinds, ended = {}, {}, {}, {}
local function claim_at(queue, when)
  if when and (not soon[queue] or when < soon[queue]) then soon[queue] = when end
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

local function read_change()
  local c = { ends = {}, puts = {}, adds = {} }
  for i = 1, count() do
    c.ends[i] = { queue = arg(), id = arg(), token = arg(), how = arg(), ready = arg(), fresh = arg() == '1' }
  end
  for i = 1, count() do
    local p = { kind = arg(), id = arg(), version = arg(), removed = arg() == '1', time = arg(), packed = arg(), keys = {} }
    for k = 1, count() do p.keys[k] = arg() end
    p.body = arg()
    c.puts[i] = p
  end
  for i = 1, count() do
    c.adds[i] = { queue = arg(), id = arg(), lane = arg(), due = arg(), body = arg(), ready = arg(), attempt = arg(), done = arg() }
  end
  return c
end

-- conflict returns what keeps a change from being made, nil if nothing does. It reads what the writing needs to know.
local function conflict(c)
  for _, e in ipairs(c.ends) do
    e.job = job_at(e.queue, e.id)
    if not e.job or e.job.state ~= 'w' or e.job.token ~= e.token or e.token == none then return { 'lease', e.queue, e.id } end
  end
  for _, p in ipairs(c.puts) do
    p.key = record_key(p.kind, p.id)
    local h = call('GETRANGE', p.key, 0, 155)
    p.exists = h ~= ''
    if p.exists then
      if h:sub(1, 8) ~= p.version then return { 'record', p.kind, p.id } end
      p.row, p.was = h:sub(9, 16), h:sub(17, 24)
      local length = struct.unpack('>I4', h, 25)
      if length > 128 then h = call('GETRANGE', p.key, 0, 27 + length) end
      p.old = h:sub(29, 28 + length)
    elseif p.version ~= none then
      return { 'record', p.kind, p.id }
    end
  end
end

local function finish(e)
  local j = e.job
  keep(j.key, j.place:sub(9))
  ended[#ended + 1] = lease_name(e.token, e.queue, e.id)
  if e.how == 'b' then
    local attempt = j.attempt
    if e.fresh then attempt = attempt - 1 end
    claim_at(e.queue, put_back(e.queue, j, micros(e.ready, 1), attempt))
    return
  end
  local first, second = take_out(e.queue, j)
  call('SET', j.key, 'd' .. j.place .. packed(j.ready) .. struct.pack('>I4', j.attempt) .. none .. packed(now) .. struct.pack('>I4', #j.lane) .. j.lane,
    'PX', math.ceil(window / 1000))
  waiting[e.queue] = (waiting[e.queue] or 0) - 1
  if first then
    local member = j.place .. e.id
    call('ZREM', lane_key(e.queue, j.lane), member)
    if first == member then first = second end
    if first then claim_at(e.queue, arrange(e.queue, first)) end
  end
end

local function write(p)
  local same = p.exists and not p.removed and p.was == p.time and p.old == p.packed
  if p.exists then
    keep(p.key, p.row)
    if not same then
      local member = p.was .. p.row .. p.id
      call('ZREM', kind_key(p.kind), member)
      for _, key in ipairs(unpack_keys(p.old)) do call('ZREM', index_key(p.kind, key), member) end
    end
  end
  local version = number()
  if p.removed then
    if p.exists then call('DEL', p.key) end
    return
  end
  local row = p.row or version
  call('SET', p.key, version .. row .. p.time .. struct.pack('>I4', #p.packed) .. p.packed .. p.body)
  if not same then
    local member = p.time .. row .. p.id
    call('ZADD', kind_key(p.kind), 0, member)
    for _, key in ipairs(p.keys) do call('ZADD', index_key(p.kind, key), 0, member) end
  end
  if not p.exists then kinds[p.kind] = true end
end

-- queue_up puts a job into its lane and, if it is the first there, where Claim looks for it.
local function queue_up(a, j)
  if a.lane == '' then return claim_at(a.queue, stand(a.queue, j, claimable(j))) end
  local member, lane = j.place .. a.id, lane_key(a.queue, a.lane)
  local first = call('ZRANGE', lane, 0, 0)[1]
  call('ZADD', lane, 0, member)
  if not first then return claim_at(a.queue, stand(a.queue, j, claimable(j))) end
  if call('ZRANGE', lane, 0, 0)[1] ~= member then return end -- what may be claimed first, and when, has not changed
  unstand(a.queue, first)
  if job_at(a.queue, first:sub(17)).token ~= none then
    call('HSET', busy_key(a.queue), a.lane, first:sub(17))
    queues_with_busy[a.queue] = true
  end
  claim_at(a.queue, stand(a.queue, j, lane_claimable(a.queue, j)))
end

local function add(a)
  local seq = number()
  local known = job_at(a.queue, a.id)
  if known then
    if known.state == 'w' or now < known.ends + window then return end
    keep(known.key, known.place:sub(9))
  end
  local j = { key = job_key(a.queue, a.id), id = a.id, lane = a.lane, place = a.due .. seq, due = micros(a.due, 1), ready = micros(a.ready, 1), token = none }
  local start = j.place .. a.ready .. struct.pack('>I4', a.attempt) .. none
  local lane = struct.pack('>I4', #a.lane) .. a.lane
  if a.done ~= '' then
    local left = math.ceil((tonumber(a.done) + window - now) / 1000)
    call('SET', j.key, 'd' .. start .. packed(tonumber(a.done)) .. lane, 'PX', math.max(1, left))
    return
  end
  call('SET', j.key, 'w' .. start .. packed(0) .. lane .. a.body)
  waiting[a.queue] = (waiting[a.queue] or 0) + 1
  queue_up(a, j)
end

local out = {}
for i = 1, changes do
  local c = read_change()
  local why = conflict(c)
  if not why then -- from here on nothing fails
    for _, e in ipairs(c.ends) do finish(e) end
    for _, p in ipairs(c.puts) do write(p) end
    for _, a in ipairs(c.adds) do add(a) end
  end
  out[i] = why or 'OK'
end

for queue, n in pairs(waiting) do
  if n ~= 0 then call('HINCRBY', waiting_key, queue, n) end
end
for kind in pairs(kinds) do call('SADD', kinds_key, kind) end
for i = 1, #ended, 1000 do call('SREM', node_key(node), unpack(ended, i, math.min(i + 999, #ended))) end
for queue, when in pairs(soon) do wake(queue, when, now) end
return out
