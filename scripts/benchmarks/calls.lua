-- Sends the calls of a file (method, path, headers, body; separated by tabs), in order, then again from the start.
-- With more than one thread each would send them all, so there is one.

local calls, position = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, given, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = {}
    if body ~= "" then headers["Content-Type"] = "application/json" end
    for name, value in given:gmatch("([^:\31]+): ([^\31]*)") do headers[name] = value end
    calls[#calls + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  position = position % #calls + 1
  return calls[position]
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "failed": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
