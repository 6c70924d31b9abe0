-- What Find and Count share: which set to walk along.

-- smallest returns the set of the key (from ARGV[first] on) that has the fewest members between min and max, and the sets of the other keys.
-- Without keys it is the set of the kind.
local function smallest(kind, min, max, first, last)
  last = last or #ARGV
  if first > last then return kind_key(kind), {} end
  local sets, best, least = {}, 1, nil
  for i = first, last do
    sets[#sets + 1] = index_key(kind, ARGV[i])
    if last > first then
      local n = call('ZLEXCOUNT', sets[#sets], min, max)
      if not least or n < least then best, least = #sets, n end
    end
  end
  return table.remove(sets, best), sets
end

local function in_all(sets, member)
  for _, set in ipairs(sets) do
    if not call('ZSCORE', set, member) then return false end
  end
  return true
end
