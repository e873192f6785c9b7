-- Applies what followed from some messages: all of it or nothing, and once however often it is sent.
-- KEYS[1]  the session's marker: the number of the last commit of this session that was applied
-- ARGV     number of the commit, group, consumer, ledger seconds, dead letters kept,
--          n acknowledged, then (topic, id, deliveries) each
--          n published, then (topic, payload, beside) each; beside is "", or the JSON of a dead letter, or a traceparent
--          n put, then (key, value) each;  n deleted, then (key) each;  n counted, then (key, outcome, n) each
-- Returns  1 applied; 0 this very commit was applied before (its reply was lost);
--          -1 one of the messages is no longer ours (claimed by another, delivered again, flushed): nothing was applied
local number = tonumber(ARGV[1])
local group, consumer = ARGV[2], ARGV[3]
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if number <= last then
  return 0
end

local at = 6
local function following()
  local value = ARGV[at]
  at = at + 1
  return value
end

local acknowledged = {}
for i = 1, tonumber(following()) do
  local topic, id, deliveries = following(), following(), following()
  local pending = redis.pcall('XPENDING', topic, group, id, id, 1)
  if pending.err or #pending == 0 or pending[1][2] ~= consumer or pending[1][4] ~= tonumber(deliveries) then
    return -1
  end
  acknowledged[i] = { topic, id }
end

-- First a command that is refused when memory is full, so that a refusal leaves nothing half done.
redis.call('SET', KEYS[1], number, 'EX', 86400)
for _, message in ipairs(acknowledged) do
  redis.call('XACK', message[1], group, message[2])
  redis.call('XDEL', message[1], message[2])
end
for _ = 1, tonumber(following()) do
  local topic, payload, beside = following(), following(), following()
  if beside == '' then
    redis.call('XADD', topic, '*', 'p', payload)
  elseif string.sub(beside, 1, 1) ~= '{' then
    redis.call('XADD', topic, '*', 'p', payload, 'traceparent', beside)
  else
    redis.call('XADD', topic, 'MAXLEN', '~', ARGV[5], '*', 'p', payload, 'a', beside)
  end
end
for _ = 1, tonumber(following()) do
  redis.call('SET', following(), following())
end
for _ = 1, tonumber(following()) do
  redis.call('DEL', following())
end
for _ = 1, tonumber(following()) do
  local key, outcome, n = following(), following(), following()
  redis.call('HINCRBY', key, outcome, n)
  redis.call('EXPIRE', key, ARGV[4])
end
return 1
