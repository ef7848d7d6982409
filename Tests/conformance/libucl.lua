-- Reads each file of a list with libucl and prints what it made of it, one JSON text a line.
--
-- Run by `rspamadm lua -b`: rspamd brings the copy of libucl that is at hand on Debian. Environment: LIST names a file of
-- paths, one a line. A file that libucl refuses gives a line that begins with `!`.
local ucl = require "ucl"

for path in io.lines(os.getenv("LIST")) do
  local parser = ucl.parser()
  local ok, message = parser:parse_file(path)
  if ok then
    local text = ucl.to_format(parser:get_object(), "json-compact")
    io.write(text, "\n")
  else
    io.write("!", (tostring(message):gsub("\n", " ")), "\n")
  end
end
