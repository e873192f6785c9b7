-- Keeps messages ours while we wait for a peer: their idle time begins anew, their deliveries are not counted.
-- ARGV     group, our name, then (topic, id, deliveries) each
-- Returns  for each message 1 when it is still ours, else 0
local group, me = ARGV[1], ARGV[2]
local held = {}
for i = 3, #ARGV, 3 do
  local topic, id, deliveries = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local pending = redis.pcall('XPENDING', topic, group, id, id, 1)
  if pending.err or #pending == 0 or pending[1][2] ~= me or pending[1][4] ~= deliveries then
    held[#held + 1] = 0
  else
    redis.call('XCLAIM', topic, group, me, 0, id, 'JUSTID')
    held[#held + 1] = 1
  end
end
return held
