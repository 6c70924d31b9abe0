-- What all scripts share. It stands in front of each of them.
--
-- KEYS[1] is the tag of the deployment, "{linli:name}": every key begins with it, so that all lie in one slot of a cluster. Keys are built
-- here and nowhere else; keys.go has the few that Go asks for by itself, and a test holds the two together.
--
-- A record is a string: version (8 bytes) row (8) time (8) length of the packed keys (4) packed keys, body.
-- A job is a string: state (1: w waits, d done) due (8) seq (8) ready (8) attempt (4) token (8) ends (8) length of the lane (4) lane, body.
-- A job that is done keeps no body, and in ends the time at which it was done.
-- Numbers are big-endian. Times are µs since 1970 plus 2^63, so that their bytes sort as they do.
local call = redis.call
local tag = KEYS[1]
local none = string.rep('\0', 8)
local header = 49 -- bytes of a job before its lane

local function record_key(kind, id) return tag .. ':r:' .. #kind .. ':' .. kind .. ':' .. id end
local function kind_key(kind) return tag .. ':i:' .. kind end
local function index_key(kind, key) return tag .. ':x:' .. #kind .. ':' .. kind .. ':' .. key end
local function job_key(queue, id) return tag .. ':j:' .. #queue .. ':' .. queue .. ':' .. id end
local function lane_key(queue, lane) return tag .. ':l:' .. #queue .. ':' .. queue .. ':' .. lane end
local function fresh_key(queue) return tag .. ':f:' .. queue end
local function held_key(queue) return tag .. ':h:' .. queue end
local function busy_key(queue) return tag .. ':b:' .. queue end
local function idle_key(queue) return tag .. ':w:' .. queue end
local function node_key(node) return tag .. ':n:' .. node end
local function lease_name(token, queue, id) return token .. #queue .. ':' .. queue .. ':' .. id end -- as a node's set has it
local seq_key = tag .. ':seq'
local kinds_key = tag .. ':kinds'
local waiting_key = tag .. ':waiting'
local snap_key = tag .. ':snap'
local old_key = tag .. ':old'

-- micros reads a time; between the years 1684 and 2255 a number holds it exactly, beyond that nearly.
local function micros(s, at)
  local high, low = struct.unpack('>I4I4', s, at)
  return (high - 2147483648) * 4294967296 + low
end

-- packed is the inverse of micros.
local function packed(us)
  local high = math.floor(us / 4294967296)
  return struct.pack('>I4I4', high + 2147483648, us - high * 4294967296)
end

-- clock is the given time in µs, or Redis's.
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local t = call('TIME')
  return t[1] * 1000000 + t[2]
end

-- job_of reads a job from the beginning of its string.
local function job_of(key, id, h)
  local length = struct.unpack('>I4', h, 46)
  if header + length > #h then h = call('GETRANGE', key, 0, header + length - 1) end
  return {
    key = key, id = id, state = h:sub(1, 1), place = h:sub(2, 17), due = micros(h, 2), ready = micros(h, 18),
    attempt = struct.unpack('>I4', h, 26), token = h:sub(30, 37), ends = micros(h, 38), lane = h:sub(header + 1, header + length),
  }
end

-- job_at reads what is known of a job but for its body; nil if there is none.
local function job_at(queue, id)
  local key = job_key(queue, id)
  local h = call('GETRANGE', key, 0, 175)
  if h == '' then return nil end
  return job_of(key, id, h)
end

-- claimable is when the job itself may be claimed, whatever its lane does.
local function claimable(j)
  local at = math.max(j.due, j.ready)
  if j.token ~= none then at = math.max(at, j.ends) end
  return at
end

-- stand puts a job that heads its lane, or has none, where Claim looks for it.
local function stand(queue, j, at)
  if at > j.due then
    call('ZADD', held_key(queue), at, j.place .. j.id)
  else
    call('ZADD', fresh_key(queue), 0, j.place .. j.id)
  end
  return at
end

-- unstand takes a member away from where it stands; what is leased stands in held.
local function unstand(queue, member)
  if call('ZREM', held_key(queue), member) == 0 then call('ZREM', fresh_key(queue), member) end
end

-- A lane's running job is its first, or the one that busy names: that is so if an earlier job was added while it ran. Most queues have no
-- such lane, and no busy.
local queues_with_busy = {}
local function running_in(queue, lane)
  if queues_with_busy[queue] == nil then queues_with_busy[queue] = call('EXISTS', busy_key(queue)) == 1 end
  return queues_with_busy[queue] and call('HGET', busy_key(queue), lane)
end

-- lane_claimable is when j, the first job of its lane, may be claimed.
local function lane_claimable(queue, j)
  local at = claimable(j)
  local running = j.lane ~= '' and running_in(queue, j.lane)
  if running and running ~= j.id then
    local r = job_at(queue, running)
    if r and r.token ~= none then at = math.max(at, r.ends) end
  end
  return at
end

-- arrange makes the first job of a lane stand, and returns when it may be claimed.
local function arrange(queue, member)
  local j = job_at(queue, member:sub(17))
  return stand(queue, j, lane_claimable(queue, j))
end

-- take_out takes a leased job out of where it stands and out of what keeps its lane; what is left is to be arranged. It returns the members of the
-- first and the second job of the lane, as they were.
local function take_out(queue, j)
  local member = j.place .. j.id
  if j.lane == '' then
    unstand(queue, member)
    return nil, nil
  end
  local two = call('ZRANGE', lane_key(queue, j.lane), 0, 1)
  unstand(queue, two[1])
  if running_in(queue, j.lane) == j.id then call('HDEL', busy_key(queue), j.lane) end
  return two[1], two[2]
end

-- put_back ends the lease of a waiting job. It returns when something may be claimed because of that.
local function put_back(queue, j, ready, attempt)
  local first = take_out(queue, j)
  call('SETRANGE', j.key, 17, packed(ready) .. struct.pack('>I4', attempt) .. none .. packed(0))
  if first and first ~= j.place .. j.id then return arrange(queue, first) end
  j.ready, j.token = ready, none
  return stand(queue, j, lane_claimable(queue, j))
end

-- wake calls who waits for the queue, if something may be claimed soon. Who waits has left a flag. It is taken away with the first call, so that a
-- busy store does not call all the time; it is of no interest to replicas and the append-only file.
local function wake(queue, when, now)
  if when > now + 2000000 or call('EXISTS', idle_key(queue)) == 0 then return end
  redis.set_repl(redis.REPL_NONE)
  call('DEL', idle_key(queue))
  redis.set_repl(redis.REPL_ALL)
  call('SPUBLISH', tag .. ':wake', string.format('%.0f', when) .. ' ' .. queue)
end

-- keep saves what a key holds for a snapshot that is being read, before it is changed for the first time since.
local snap = call('GET', snap_key)
snap = snap and tonumber(snap)
local function keep(key, born)
  if snap and struct.unpack('>I8', born) <= snap and call('HSETNX', old_key, key, call('GET', key)) == 1 then
    call('PEXPIRE', old_key, 120000)
  end
end
