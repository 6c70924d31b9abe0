-- Inherit puts back what a node holds: what a process that bore its name before held when it died, or what was leased by a claim whose answer was lost.
-- ARGV: the node; now in µs ('': Redis's clock); the leases that it knows of (token, queue, id: as lease_name has them)…
-- Result: how many were put back.
local node, now, known, n = ARGV[1], clock(ARGV[2]), {}, 0
for i = 3, #ARGV do known[ARGV[i]] = true end
for _, name in ipairs(call('SMEMBERS', node_key(node))) do
  if not known[name] then
    local token = name:sub(1, 8)
    local length, rest = name:sub(9):match('^(%d+):(.*)$')
    local queue, id = rest:sub(1, length), rest:sub(length + 2)
    local j = job_at(queue, id)
    if j and j.state == 'w' and j.token == token then
      keep(j.key, j.place:sub(9))
      local when = put_back(queue, j, j.ready, j.attempt)
      if when then wake(queue, when, now) end
      n = n + 1
    end
    call('SREM', node_key(node), name)
  end
end
return n
