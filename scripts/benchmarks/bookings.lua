-- Guests who hold seats and then pay for them: as soon as a hold is answered, its payment is the next request.
-- Each comes as nobody and is told by the answer's header who they are.

local buyers, position = {}, 0
local to_pay = {}

local function post(path, session, body)
  return wrk.format("POST", path, {["Content-Type"] = "application/json", ["X-Guest-Session"] = session}, body)
end

function init(args)
  for line in io.lines(args[1]) do
    local path, body = line:match("^([^\t]*)\t(.*)$")
    buyers[#buyers + 1] = post(path, nil, body)
  end
end

function request()
  local paying = table.remove(to_pay)
  if paying then
    return post("/api/v1/payments/initiate", paying.session,
      '{"reservation_id": "' .. paying.id .. '", "method": "card", "behaviour": "instant"}')
  end
  position = position % #buyers + 1
  return buyers[position]
end

function response(status, headers, body)
  if status ~= 201 then return end
  local id = body:match('^{"id":"([%x%-]+)"')
  if id then to_pay[#to_pay + 1] = {id = id, session = headers["X-Guest-Session"]} end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %d, "failed": %d}\n', summary.requests,
    e.status + e.connect + e.read + e.write + e.timeout))
end
