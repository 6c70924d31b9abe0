-- Read reads keys as they were when the snapshot began, in the order in which they are asked for.
-- ARGV: the most bytes of each value; the most bytes in all; keys…
-- Result: for each key its value ('' if there is none), perhaps of the first keys only; nil if the snapshot has ended.
if not snap then return false end
call('PEXPIRE', snap_key, 60000)
local out, size, most, all = {}, 0, tonumber(ARGV[1]), tonumber(ARGV[2])
for i = 3, #ARGV do
  local value = call('HGET', old_key, ARGV[i])
  if value then
    value = value:sub(1, most)
  else
    value = call('GETRANGE', ARGV[i], 0, most - 1)
  end
  out[#out + 1] = value
  size = size + #value
  if size > all then break end
end
return out
