-- Asks for the paths of a plan in turn; a body's {n} becomes a number that is never used twice, its {id} the next of the plan's numbers.
local plan = {}
for line in io.lines(os.getenv("FOLKMOOT_BENCH_PLAN")) do plan[#plan + 1] = line end
local method, body, count = plan[1], plan[2], tonumber(plan[4])
local ids = {}
for id in plan[3]:gmatch("%d+") do ids[#ids + 1] = id end
local paths = {}
for index = 5, 4 + count do
   local name, value = plan[index]:match("([^\t]*)\t(.*)")
   wrk.headers[name] = value
end
for index = 5 + count, #plan do paths[#paths + 1] = plan[index] end
local number = os.time() % 100000 * 100000
local ready = {}
if method == "GET" then
   for index, path in ipairs(paths) do ready[index] = wrk.format("GET", path) end
end
local turn = 0

function request()
   turn = turn % #paths + 1
   if method == "GET" then return ready[turn] end
   number = number + 1
   local said = body:gsub("{n}", tostring(number))
   if #ids > 0 then said = said:gsub("{id}", ids[number % #ids + 1]) end
   return wrk.format(method, paths[turn], nil, said)
end

function done(summary, latency)
   local errors = summary.errors
   local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format(
      '\n{"requests": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "wrong": %d, "bytes": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
      latency:percentile(99) / 1e3, wrong, summary.bytes))
end
