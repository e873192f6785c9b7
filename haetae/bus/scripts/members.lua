-- Who is there, by the server's clock. KEYS[1] members (name -> until ms), KEYS[2] the scope's birth.
-- ARGV  holder to be noted ("" for none), ttl ms.  Returns the live holders.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('SET', KEYS[2], now)
end
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], now + ttl, ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (now + ttl), '+inf') -- noted before the clock was set back
return redis.call('ZRANGE', KEYS[1], 0, -1)
