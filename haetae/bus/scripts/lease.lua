-- Leases by the server's clock. A record holds: holder, until (ms), usable from (ms).
-- KEYS[1]  the scope's birth: when its first holder appeared;  KEYS[2]  the lease
-- ARGV     act ("acquire", "renew", "release"), holder, ttl ms, guard ms
-- Returns  1 held and usable, 0 not usable (held by another, or taken over a moment ago), -1 not ours
local act, me, ttl, guard = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, till, usable = unpack(redis.call('HMGET', KEYS[2], 'holder', 'until', 'usable'))
till, usable = tonumber(till or '0'), tonumber(usable or '0')
-- Noted by a clock that was fast then: a lease must not last longer than its ttl, nor stay unusable for longer than the guard.
if till > now + ttl then
  till = now + ttl
  redis.call('HSET', KEYS[2], 'until', till)
end
usable = math.min(usable, now + guard)

local function write(from)
  redis.call('HSET', KEYS[2], 'holder', me, 'until', now + ttl, 'usable', from)
  redis.call('PEXPIRE', KEYS[2], ttl * 1000)
  return from <= now and 1 or 0
end

if act == 'release' then
  if holder == me then
    redis.call('DEL', KEYS[2])
  end
  return 1
end
if holder == me then
  return write(usable)
end
if act == 'renew' then
  return -1
end
if holder and till > now then
  return 0
end
if holder then
  return write(now + guard) -- its holder went silent: let it notice first
end
-- Nobody holds it. Right after a flush somebody may still believe to: the young scope waits for one guard.
local born = tonumber(redis.call('GET', KEYS[1]) or '0')
if born == 0 or born > now then
  born = now
  redis.call('SET', KEYS[1], born)
end
return write(born + guard > now and born + guard or now)
