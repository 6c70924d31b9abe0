-- Find reads a part of what a query finds. It walks along the smallest of the sets of its keys and asks the others, for so many steps or so many
-- bytes at most; the caller goes on from where it ended.
--
-- ARGV: kind; lowest and highest member, as ZRANGEBYLEX wants them; '1' for newest first; how many; the most members to look at;
-- the most bytes; keys…
-- Result: '1' if it stopped early, the last member that was looked at, then for each record: id, the whole string.
local kind, min, max, newest, wanted, steps, bytes = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local base, others = smallest(kind, min, max, 8)
local out = { '0', '' }
local found, seen, size = 0, 0, 0
local page = wanted
if #others > 0 then page = math.max(page, 100) end
while true do
  local members
  if newest then
    members = call('ZREVRANGEBYLEX', base, max, min, 'LIMIT', 0, page)
  else
    members = call('ZRANGEBYLEX', base, min, max, 'LIMIT', 0, page)
  end
  for _, member in ipairs(members) do
    out[2] = member
    if in_all(others, member) then
      local value = call('GET', record_key(kind, member:sub(17)))
      out[#out + 1] = member:sub(17)
      out[#out + 1] = value
      found, size = found + 1, size + #value
      if found == wanted or size > bytes then
        out[1] = '1'
        return out
      end
    end
  end
  if #members < page then return out end
  seen = seen + #members
  if seen >= steps then
    out[1] = '1'
    return out
  end
  if newest then max = '(' .. out[2] else min = '(' .. out[2] end
end
