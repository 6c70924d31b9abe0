-- Claim leases due jobs.
--
-- In each queue the first job of each lane, and each job without a lane, stands in one of two sorted sets: fresh, by place (due, seq), if nothing but its
-- due time keeps it from being claimed; held, by the time at which that ends, if a lease or a put-back does. What is held and ripe moves to
-- fresh first. So a claim costs a few steps, whatever waits.
--
-- ARGV: queue; now in µs ('': Redis's clock); now as 8 bytes ('': the same); how many; lease in µs; the most to ripen in one call; the node.
-- Result: when the next may be claimed in µs ('' never), the time that counted, then for each job: id, token, attempt, the whole string as it was.
local queue, now, wanted, lease = ARGV[1], clock(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
local bound = ARGV[3] ~= '' and ARGV[3] or packed(now)
local fresh, held = fresh_key(queue), held_key(queue)
local ends = now + lease
if ends > 4503599627370496 then ends = 4503599627370496 end
local out = { '', string.format('%.0f', now) }

local ripe = call('ZRANGEBYSCORE', held, '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[6])
for _, member in ipairs(ripe) do
  call('ZREM', held, member)
  call('ZADD', fresh, 0, member)
end

local claimed, mine, lost = 0, {}, {}
while claimed < wanted do
  -- After a time all its seqs follow: the bound is the time and the highest seq.
  local due = call('ZRANGEBYLEX', fresh, '-', '[' .. bound .. string.rep('\255', 9), 'LIMIT', 0, math.min(wanted - claimed, 1000))
  if #due == 0 then break end
  call('ZREM', fresh, unpack(due))
  local token = call('INCRBY', seq_key, #due) - #due
  local stands = {}
  for _, member in ipairs(due) do
    local id = member:sub(17)
    local key = job_key(queue, id)
    local value = call('GET', key)
    local j = job_of(key, id, value)
    local at = lane_claimable(queue, j)
    if at <= now then
      keep(key, j.place:sub(9))
      token = token + 1
      local name = struct.pack('>I8', token)
      call('SETRANGE', key, 25, struct.pack('>I4', j.attempt + 1) .. name .. packed(ends))
      if j.token ~= none then lost[#lost + 1] = lease_name(j.token, queue, id) end
      mine[#mine + 1] = lease_name(name, queue, id)
      at = ends
      claimed = claimed + 1
      local n = #out
      out[n + 1], out[n + 2], out[n + 3], out[n + 4] = id, name, j.attempt + 1, value
    end -- else the clock went back after it had ripened
    stands[#stands + 1] = at
    stands[#stands + 1] = member
  end
  call('ZADD', held, unpack(stands))
end
for i = 1, #lost, 1000 do call('SREM', node_key(ARGV[7]), unpack(lost, i, math.min(i + 999, #lost))) end
for i = 1, #mine, 1000 do call('SADD', node_key(ARGV[7]), unpack(mine, i, math.min(i + 999, #mine))) end
if claimed > 0 then call('EXPIRE', node_key(ARGV[7]), 604800) end

local next_fresh = call('ZRANGE', fresh, 0, 0)[1]
if claimed > 0 then call('EXPIRE', node_key(ARGV[7]), 604800) end

local soonest = next_fresh and micros(next_fresh, 1)
local next_held = call('ZRANGE', held, 0, 0, 'WITHSCORES')[2]
if next_held then soonest = math.min(soonest or tonumber(next_held), tonumber(next_held)) end
if soonest then out[1] = string.format('%.0f', soonest) end
if claimed < wanted then -- somebody has nothing to do: call when there is something
  redis.set_repl(redis.REPL_NONE)
  redis.pcall('SET', idle_key(queue), '1', 'EX', 60) -- without memory for it polling is left
  redis.set_repl(redis.REPL_ALL)
end
return out
