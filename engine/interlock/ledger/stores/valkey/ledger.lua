-- The rules of interlock.ledger.book, kept beside what they rule: each operation is one step.
--
-- It knows how one organization's book lies in the keys it is given, and nothing of others, clocks or limits of
-- time: `now` is the caller's. NAME, MOST, PARTS, REMEMBERED and LATE stand above, as interlock has them.
--
-- Lua counts in doubles, which are exact up to MOST. What is held may be more, and is kept as an amount of at
-- most MOST and how often 2^53 was carried beyond it. No JSON: it would round.

local CARRY = MOST + 1
local ENOUGH = 1000 -- holds that expire, and things that are forgotten, in one step; others can go on in between

local ACCOUNTS, HOLDS, DUE, ENDED, RUNS, ANSWERS, FORGETS, SETTLEMENTS = 1, 2, 3, 4, 5, 6, 7, 8

-- What there is to forget goes by its kind and its name.
local ACCOUNT, HOLD, RUN, ANSWER = "b", "h", "r", "a"

-- A line is an array: account, unit, amount, limit, bucket, since, forgets.

-- Buckets: an account is the text of its buckets, by start, each of these seven numbers:
-- start, forgets, made, spent, parts, held, carried. A bucket that is forgotten is made anew when it is held in again.

local BUCKET, WIDTH = "<ddddddd", 56

local function plus(held, carried, amount)
  if held + amount <= MOST then return held + amount, carried end
  return held - CARRY + amount, carried + 1
end

local function minus(held, carried, amount)
  if amount <= held then return held - amount, carried end
  return held - amount + CARRY, carried - 1
end

local function standing(account, since, now)
  local spent, parts, held, carried = 0, 0, 0, 0
  for at = #account - WIDTH + 1, 1, -WIDTH do
    local start, forgets, _, more, rest, amount, over = struct.unpack(BUCKET, account, at)
    if start < since then break end
    if forgets > now then
      spent, parts = math.min(spent + more, MOST), parts + rest
      held, carried = plus(held, carried + over, amount)
    end
  end
  return math.min(spent + math.floor(parts / PARTS), MOST), parts % PARTS, held, carried
end

-- Where the bucket is, and its numbers; or only where it belongs. The newest come last and are wanted most.
local function find(account, bucket)
  for at = #account - WIDTH + 1, 1, -WIDTH do
    local start, forgets, made, spent, parts, held, carried = struct.unpack(BUCKET, account, at)
    if start == bucket then return at, forgets, made, spent, parts, held, carried end
    if start < bucket then return at + WIDTH end
  end
  return 1
end

local function prune(account, now)
  local kept = {}
  local first
  for at = 1, #account, WIDTH do
    local _, forgets = struct.unpack("<dd", account, at)
    if forgets > now then
      kept[#kept + 1] = account:sub(at, at + WIDTH - 1)
      first = math.min(first or forgets, forgets)
    end
  end
  return table.concat(kept), first
end

-- Books: the accounts that one step looks at, each read once and written once.

local function open(keys, now)
  return { keys = keys, now = now, accounts = {}, changed = {} }
end

local function read(book, lines)
  local accounts, names = book.accounts, {}
  for _, line in ipairs(lines) do
    local name = line[1]
    if not accounts[name] then
      accounts[name] = ""
      names[#names + 1] = name
    end
  end
  if #names == 0 then return end
  local found = redis.call("HMGET", book.keys[ACCOUNTS], unpack(names))
  for index, name in ipairs(names) do accounts[name] = found[index] or "" end
end

local function write(book)
  local values = {}
  for name in pairs(book.changed) do
    values[#values + 1] = name
    values[#values + 1] = book.accounts[name]
    if #values >= ENOUGH then
      redis.call("HSET", book.keys[ACCOUNTS], unpack(values))
      values = {}
    end
  end
  if #values > 0 then redis.call("HSET", book.keys[ACCOUNTS], unpack(values)) end
end

local function put(book, name, at, past, ...)
  local account, bucket = book.accounts[name], struct.pack(BUCKET, ...)
  if at > 1 or past <= #account then bucket = account:sub(1, at - 1) .. bucket .. account:sub(past) end
  book.accounts[name], book.changed[name] = bucket, true
end

local function note_forgetting(book, instant, kind, name)
  redis.call("ZADD", book.keys[FORGETS], instant, kind .. name)
end

-- Hold the line's amount in its bucket, which lasts as long as the line that needs it longest; when that was made.
local function enter(book, line)
  local name, bucket, lasts = line[1], line[5], line[7]
  local at, forgets, made, spent, parts, held, carried = find(book.accounts[name], bucket)
  local past = at + WIDTH
  if not forgets or forgets <= book.now then
    book.accounts[name] = prune(book.accounts[name], book.now)
    redis.call("ZADD", book.keys[FORGETS], "LT", lasts, ACCOUNT .. name)
    at = find(book.accounts[name], bucket)
    past, forgets, made, spent, parts, held, carried = at, lasts, book.now, 0, 0, 0, 0
  end
  held, carried = plus(held, carried, line[3])
  put(book, name, at, past, bucket, math.max(forgets, lasts), made, spent, parts, held, carried)
  return made
end

-- Enter the lines of `packed` holds, none of which is taken before any of its buckets was made: somebody's clock may
-- have been ahead of `now`.
local function enter_all(book, packed)
  for index, each in ipairs(packed) do
    local taken, lines, facts = unpack(cmsgpack.unpack(each))
    local latest = taken
    for _, line in ipairs(lines) do latest = math.max(latest, enter(book, line)) end
    if latest > taken then packed[index] = cmsgpack.pack({ latest, lines, facts }) end
  end
end

-- Give back what lines took that were `taken` then, and spend what is `actual` of their units, if anything is: in the
-- buckets that they were taken in, and not in what began anew since.
local function leave(book, lines, taken, is_held, actual)
  read(book, lines)
  for _, line in ipairs(lines) do
    local name, unit, amount, _, bucket = unpack(line, 1, 5)
    local at, forgets, made, spent, parts, held, carried = find(book.accounts[name], bucket)
    if forgets and made <= taken then
      if is_held then held, carried = minus(held, carried, amount) end
      if actual then
        local whole, more = unpack(actual[unit] or { amount, 0 })
        parts = parts + more
        if parts >= PARTS then parts, whole = parts - PARTS, whole + 1 end
        spent = math.min(spent + whole, MOST)
      end
      put(book, name, at, at + WIDTH, bucket, forgets, made, spent, parts, held, carried)
    end
  end
end

-- Four numbers for each line.
local function standings(book, lines)
  read(book, lines)
  local found = {}
  for _, line in ipairs(lines) do
    local size = #found
    found[size + 1], found[size + 2], found[size + 3], found[size + 4] = standing(book.accounts[line[1]], line[6], book.now)
  end
  return found
end

-- Holds: what was taken lies in HOLDS as the client wrote it and never changes. An open one is in DUE, and any
-- other in ENDED.

local function end_hold(book, id, status, remembered)
  redis.call("ZREM", book.keys[DUE], id)
  redis.call("HSET", book.keys[ENDED], id, status)
  note_forgetting(book, book.now + remembered, HOLD, id)
end

local function expire(book)
  local due = redis.call("ZRANGEBYSCORE", book.keys[DUE], "-inf", book.now, "LIMIT", 0, ENOUGH)
  for _, id in ipairs(due) do
    local hold = cmsgpack.unpack(redis.call("HGET", book.keys[HOLDS], id))
    leave(book, hold[2], hold[1], true)
    end_hold(book, id, "expired", LATE)
  end
  return #due
end

-- What is known of a hold: when it was taken, its lines and facts, its status, what it was settled with, and until
-- when it is open.
local function hold_of(book, id)
  local packed = redis.call("HGET", book.keys[HOLDS], id)
  if not packed then return nil end
  local taken, lines, facts = unpack(cmsgpack.unpack(packed))
  local hold = { taken = taken, lines = lines, facts = facts }
  local expires = redis.call("ZSCORE", book.keys[DUE], id)
  if expires then
    hold.status, hold.expires = "open", tonumber(expires)
  else
    hold.status, hold.actual = redis.call("HGET", book.keys[ENDED], id):match("^(%a+) ?(.*)$")
  end
  return hold
end

-- Runs and answers

local function run_of(book, run)
  local packed = redis.call("HGET", book.keys[RUNS], run)
  if not packed then return 0, "" end
  local version, text, forgets = unpack(cmsgpack.unpack(packed))
  if forgets <= book.now then return 0, "" end
  return version, text
end

local function answered(book, key, body)
  local packed = redis.call("HGET", book.keys[ANSWERS], key)
  if not packed then return nil end
  local of, forgets, answer, stood = unpack(cmsgpack.unpack(packed))
  if forgets <= book.now then return nil end
  if of ~= body then return { "mismatched" } end
  return { "remembered", answer, stood }
end

-- Taking

local function all_new(book, holds)
  for _, hold in ipairs(holds) do
    if redis.call("HEXISTS", book.keys[HOLDS], hold[1]) == 1 then return false end
  end
  return true
end

local function moved(book, steps)
  local runs = {}
  for _, step in ipairs(steps) do
    if run_of(book, step[1]) ~= step[2] then runs[#runs + 1] = step[1] end
  end
  return runs
end

-- Whether all lines fit, each with those before it on its account, and how accounts stand: with them, or without.
local function fitting(book, lines)
  read(book, lines)
  local after, taken, carries = {}, {}, {}
  for index, line in ipairs(lines) do
    local name, limit = line[1], line[4]
    local spent, parts, held, carried = standing(book.accounts[name], line[6], book.now)
    local sum, over = plus(taken[name] or 0, carries[name] or 0, line[3])
    taken[name], carries[name] = sum, over
    local used = (carried + over) * CARRY + held + spent + (parts > 0 and 1 or 0)
    if limit and used + sum > limit then return false, standings(book, lines) end
    held, carried = plus(held, carried + over, sum)
    local at = index * 4
    after[at - 3], after[at - 2], after[at - 1], after[at] = spent, parts, held, carried
  end
  return true, after
end

local function lines_of(packed)
  local lines = {}
  for _, hold in ipairs(packed) do
    for _, line in ipairs(cmsgpack.unpack(hold)[2]) do lines[#lines + 1] = line end
  end
  return lines
end

local function keep_holds(book, holds, packed)
  local values, expiries = {}, {}
  for index, hold in ipairs(holds) do
    local id, expires = unpack(hold)
    local at = index * 2
    values[at - 1], values[at] = id, packed[index]
    expiries[at - 1], expiries[at] = expires, id
  end
  if #holds > 0 then
    redis.call("HSET", book.keys[HOLDS], unpack(values))
    redis.call("ZADD", book.keys[DUE], unpack(expiries))
  end
end

local function keep_steps(book, steps)
  for _, step in ipairs(steps) do
    local run, version, text, forgets = unpack(step)
    redis.call("HSET", book.keys[RUNS], run, cmsgpack.pack({ version + 1, text, forgets }))
    note_forgetting(book, forgets, RUN, run)
  end
end

local function keep_answer(book, memo, stood)
  local key, body, answer, forgets = unpack(memo)
  redis.call("HSET", book.keys[ANSWERS], key, cmsgpack.pack({ body, forgets, answer, stood }))
  note_forgetting(book, forgets, ANSWER, key)
end

local operations = {}

function operations.take(keys, request, ...)
  local now, memo, steps, holds = unpack(request, 1, 4)
  local book = open(keys, now)
  local before = memo and answered(book, memo[1], memo[2])
  if before then return before end
  expire(book)
  if not all_new(book, holds) then
    write(book)
    return { "mismatched" }
  end
  local gone = moved(book, steps)
  if #gone > 0 then
    write(book)
    return { "moved", gone }
  end
  local packed = { ... }
  local lines = lines_of(packed)
  local fits, stood = fitting(book, lines)
  if fits then
    enter_all(book, packed)
    keep_holds(book, holds, packed)
    keep_steps(book, steps)
    if memo then keep_answer(book, memo, stood) end
  end
  write(book)
  return { fits and "held" or "short", stood }
end

function operations.peek(keys, request)
  local now, lines, runs, memo = unpack(request, 1, 4)
  local book = open(keys, now)
  expire(book)
  local states = {}
  for _, run in ipairs(runs) do
    local version, text = run_of(book, run)
    states[#states + 1] = version
    states[#states + 1] = text
  end
  local stood = standings(book, lines)
  write(book)
  return { stood, states, memo and answered(book, memo[1], memo[2]) or {} }
end

-- Ending

-- The book and the hold that a step is about, once all that is due has expired.
local function due_book(keys, now, id)
  local book = open(keys, now)
  expire(book)
  return book, hold_of(book, id)
end

local function ended(book, was, lines)
  local stood = standings(book, lines)
  write(book)
  return { "ended", was, stood }
end

local function closed(book, hold)
  write(book)
  return hold and { "closed", hold.status } or { "unknown" }
end

-- What was held of each unit goes with a settlement, for those that nobody states.
local function note_settlement(book, id, hold, actual)
  local held = {}
  for _, line in ipairs(hold.lines) do
    held[#held + 1] = line[2]
    held[#held + 1] = line[3]
  end
  local packed = cmsgpack.pack({ id, book.now, hold.facts, held, actual })
  redis.call("ZADD", book.keys[SETTLEMENTS], book.now, packed)
end

function operations.settle(keys, request)
  local now, id, actual, spent = unpack(request)
  local book, hold = due_book(keys, now, id)
  local was = hold and hold.status
  if not hold or was == "released" or (was == "settled" and hold.actual ~= actual) then return closed(book, hold) end
  if was ~= "settled" then
    leave(book, hold.lines, hold.taken, was == "open", spent)
    end_hold(book, id, "settled " .. actual, REMEMBERED)
    note_settlement(book, id, hold, actual)
  end
  return ended(book, was, hold.lines)
end

function operations.release(keys, request)
  local now, id = unpack(request)
  local book, hold = due_book(keys, now, id)
  if not hold or hold.status == "settled" then return closed(book, hold) end
  if hold.status == "open" then
    leave(book, hold.lines, hold.taken, true)
    end_hold(book, id, "released", REMEMBERED)
  end
  return ended(book, hold.status, hold.lines)
end

function operations.extend(keys, request)
  local now, id, expires = unpack(request)
  local book, hold = due_book(keys, now, id)
  if not hold or hold.status ~= "open" then return closed(book, hold) end
  if expires > hold.expires then redis.call("ZADD", book.keys[DUE], expires, id) end
  write(book)
  return { "extended", math.max(expires, hold.expires) }
end

-- Sweeping

local forget = {}

forget[ACCOUNT] = function(book, name)
  read(book, { { name } })
  local account, first = prune(book.accounts[name], book.now)
  if first then
    book.accounts[name], book.changed[name] = account, true
    note_forgetting(book, first, ACCOUNT, name)
  else
    book.changed[name] = nil
    redis.call("HDEL", book.keys[ACCOUNTS], name)
  end
end

forget[HOLD] = function(book, id)
  redis.call("HDEL", book.keys[HOLDS], id)
  redis.call("HDEL", book.keys[ENDED], id)
end

forget[RUN] = function(book, run) redis.call("HDEL", book.keys[RUNS], run) end

forget[ANSWER] = function(book, key) redis.call("HDEL", book.keys[ANSWERS], key) end

-- How many holds expired, and whether there is more to do.
function operations.sweep(keys, request)
  local book = open(keys, unpack(request))
  local expired = expire(book)
  local past = redis.call("ZRANGEBYSCORE", book.keys[FORGETS], "-inf", book.now, "LIMIT", 0, ENOUGH)
  if #past > 0 then redis.call("ZREM", book.keys[FORGETS], unpack(past)) end
  for _, each in ipairs(past) do forget[each:sub(1, 1)](book, each:sub(2)) end
  write(book)
  return { expired, (expired == ENOUGH or #past == ENOUGH) and 1 or 0 }
end

redis.register_function(NAME, function(keys, arguments)
  return operations[arguments[1]](keys, cmsgpack.unpack(arguments[2]), unpack(arguments, 3))
end)
