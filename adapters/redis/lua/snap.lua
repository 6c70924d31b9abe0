-- Snap begins a snapshot: from here on what is there is kept before it is changed, until the snapshot ends or nobody has read from it for a minute.
-- ARGV: none. Result: the number up to which rows and seqs belong to it, or -1 if another is being read.
if snap then return -1 end
local n = tonumber(call('GET', seq_key) or 0)
call('SET', snap_key, string.format('%.0f', n), 'PX', 60000)
call('DEL', old_key)
return n
