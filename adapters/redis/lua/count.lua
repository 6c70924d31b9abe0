-- Count counts what each query would find, all at one moment. A query with one key or none costs O(log n); one with several costs
-- a step for each member of its smallest set.
--
-- ARGV: for each query: kind, lowest and highest member, how many keys, keys…
-- Result: a number for each query.
local out, at = {}, 1
while at <= #ARGV do
  local kind, min, max, keys = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local base, others = smallest(kind, min, max, at + 4, at + 3 + keys)
  at = at + 4 + keys
  local n = 0
  if #others == 0 then
    n = call('ZLEXCOUNT', base, min, max)
  elseif min == '-' and max == '+' then
    n = call('ZINTERCARD', #others + 1, base, unpack(others))
  else
    while true do
      local members = call('ZRANGEBYLEX', base, min, max, 'LIMIT', 0, 1000)
      for _, member in ipairs(members) do
        if in_all(others, member) then n = n + 1 end
      end
      if #members < 1000 then break end
      min = '(' .. members[1000]
    end
  end
  out[#out + 1] = n
end
return out
