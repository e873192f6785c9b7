-- Forgets consumers of a group that have nothing pending and were not seen for a long time.
-- KEYS[1]  topic;  ARGV  group, least idle time in ms.  Returns how many were forgotten.
local forgotten = 0
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local about = {}
  for i = 1, #info, 2 do
    about[info[i]] = info[i + 1]
  end
  if about['pending'] == 0 and about['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], about['name'])
    forgotten = forgotten + 1
  end
end
return forgotten
