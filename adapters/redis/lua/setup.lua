-- Setup is what each new connection does first. It writes down the schema of an empty deployment, and lets the counter leap when the server is not
-- the one that was there before: one that was restarted or has taken over may have forgotten its last second, and a version that was handed out then must not
-- come again.
--
-- ARGV: the server's run ID; this program's schema. Result: the schema of the deployment.
local schema_key, server_key = tag .. ':schema', tag .. ':server'
if call('EXISTS', schema_key) == 0 then call('SET', schema_key, ARGV[2]) end
local was = call('GET', server_key)
if was ~= ARGV[1] then
  if was then call('INCRBY', seq_key, 1000000) end
  call('SET', server_key, ARGV[1])
end
return tonumber(call('GET', schema_key))
