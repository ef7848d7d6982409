-- Reads each file of a list with libucl and prints what it made of it, one JSON text a line.
--
-- Run by `rspamadm lua -b`: rspamd brings the copy of libucl that is at hand on Debian. Environment: LIST names a file of
-- paths, one a line. A file that libucl refuses gives a line that begins with `!`.
local ucl = require "ucl"

-- libucl keeps the members of an object in an order that changes from run to run: sorts them by their keys. The text is
-- taken as it is and only cut into pieces, so that numbers keep the form that libucl gives them.
local function sorted(text)
  local position = 1
  local value

  local function token(pattern)
    local first, last = text:find("^" .. pattern, position)
    assert(first, "unexpected JSON at byte " .. position .. " of " .. text)
    position = last + 1
    return text:sub(first, last)
  end

  local function quoted()
    local start = position
    token('"')
    while text:sub(position, position) ~= '"' do
      position = position + (text:sub(position, position) == "\\" and 2 or 1)
    end
    position = position + 1
    return text:sub(start, position - 1)
  end

  local function list(close, element)
    local parts = {}
    position = position + 1
    while text:sub(position, position) ~= close do
      parts[#parts + 1] = element()
      if text:sub(position, position) == "," then position = position + 1 end
    end
    position = position + 1
    return parts
  end

  function value()
    local byte = text:sub(position, position)
    if byte == '"' then return quoted() end
    if byte == "[" then return "[" .. table.concat(list("]", value), ",") .. "]" end
    if byte == "{" then
      local members = list("}", function()
        local key = quoted()
        token(":")
        return key .. ":" .. value()
      end)
      table.sort(members)
      return "{" .. table.concat(members, ",") .. "}"
    end
    return token("[%w.+-]+")
  end

  return value()
end

for path in io.lines(os.getenv("LIST")) do
  local parser = ucl.parser()
  local ok, message = parser:parse_file(path)
  if ok then
    io.write(sorted(ucl.to_format(parser:get_object(), "json-compact")), "\n")
  else
    io.write("!", (tostring(message):gsub("\n", " ")), "\n")
  end
end
