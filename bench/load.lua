-- Sends the requests of a file, in its order from a random place on; says what came back as JSON.
-- Each line is: method, path, token, body, separated by tabs.

local requests, place = {}, 0
local codes = os.getenv("BENCH_CODES") == "1"
local later_ms = tonumber(os.getenv("BENCH_LATER_MS"))
threads = {}
counted = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Authorization"] = "Bearer " .. token }
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  place = tonumber(os.getenv("BENCH_PLACE")) % #requests
end

function request()
  place = place % #requests + 1
  if later_ms then
    return anew(requests[place])
  end
  return requests[place]
end

-- The same of other calls: ids are made later, in each lap by the minute in which all of them are made.
function anew(text)
  if place == #requests then
    later_ms = later_ms + 60000
  end
  return (text:gsub('"([cal_]*id)": "(%x%x%x%x%x%x%x%x)%-(%x%x%x%x)', function(name, high, low)
    local at = string.format("%012x", tonumber(high .. low, 16) + later_ms)
    return string.format('"%s": "%s-%s', name, at:sub(1, 8), at:sub(9))
  end))
end

-- With a rate each connection waits before it asks, by chance from nothing to twice the mean.
local delay_ms = tonumber(os.getenv("BENCH_DELAY_MS"))
if delay_ms > 0 then
  function delay()
    return math.random() * 2 * delay_ms
  end
end

if codes then
  function response(status)
    counted[status] = (counted[status] or 0) + 1
  end
end

function done(summary, latency)
  local told = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counted") or {}) do
      told[#told + 1] = string.format('"%d":%d', status, count)
    end
  end
  local e = summary.errors
  io.write(string.format(
    '\nDONE {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"broken":%d,"refused":%d,"codes":{%s}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.timeout, e.status, table.concat(told, ",")))
end
