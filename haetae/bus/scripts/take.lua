-- Takes pending messages over: our own after a restart or a lost reply, or those of a consumer that is dead.
-- KEYS[1]  topic
-- ARGV     group, our name, "own" or "any", least idle time in ms, at most how many
-- Returns  {ghosts removed, {{id, fields, deliveries} ...}}. A ghost is pending and its message is deleted: nobody can do it.
-- A message that was delivered twice or more comes alone: if it kills its consumer, its neighbours are not counted with it.
local topic, group, me = KEYS[1], ARGV[1], ARGV[2]
local pending
if ARGV[3] == 'own' then
  pending = redis.call('XPENDING', topic, group, '-', '+', ARGV[5], me)
else
  pending = redis.call('XPENDING', topic, group, 'IDLE', ARGV[4], '-', '+', ARGV[5])
end

local ghosts, taken = 0, {}
for _, entry in ipairs(pending) do
  local id, deliveries = entry[1], entry[4]
  if #redis.call('XRANGE', topic, id, id) == 0 then
    redis.call('XACK', topic, group, id)
    ghosts = ghosts + 1
  else
    local alone = deliveries >= 2
    if alone and #taken > 0 then
      break
    end
    local message = redis.call('XCLAIM', topic, group, me, 0, id)[1]
    taken[#taken + 1] = { id, message[2], deliveries + 1 }
    if alone then
      break
    end
  end
end
return { ghosts, taken }
