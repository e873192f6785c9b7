-- Puts one dead letter back into the stream that it came from.
-- KEYS[1]  the stream of dead letters, KEYS[2]  the topic;  ARGV  id.  Returns 1, or 0 where there is no such dead letter.
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then
  return 0
end
local fields = found[1][2]
for i = 1, #fields, 2 do
  if fields[i] == 'p' then
    redis.call('XADD', KEYS[2], '*', 'p', fields[i + 1])
  end
end
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
