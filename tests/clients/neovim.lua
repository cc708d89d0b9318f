-- Opens the file $FILE in a Neovim with the setup $SETUP (or, where Neovim is older than that, with the same by hand), applies
-- the code action that suppresses the finding, types another leak below it, and writes what was seen as JSON to $OUT.

local seen = {}

local function client()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get()[1]
end

local function attach(file)
  if vim.lsp.enable then
    dofile(vim.env.SETUP)
    vim.cmd("edit " .. vim.fn.fnameescape(file))
    return
  end
  vim.cmd("edit " .. vim.fn.fnameescape(file))
  local id = vim.lsp.start_client({
    cmd = { "watertight", "server" },
    root_dir = vim.fn.fnamemodify(file, ":h"),
    filetypes = { "python" },
  })
  vim.lsp.buf_attach_client(0, id)
end

local function wait_for(count)
  local there = vim.wait(60000, function() return #vim.diagnostic.get(0) == count end, 20)
  assert(there, "there are " .. #vim.diagnostic.get(0) .. " diagnostics and not " .. count)
  local all = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    -- What the line holds between the columns, which Neovim counts in bytes.
    local line = vim.api.nvim_buf_get_lines(0, one.lnum, one.lnum + 1, false)[1]
    table.insert(all, { code = one.code, source = one.source, text = line:sub(one.col + 1, one.end_col), line = one.lnum })
  end
  return all
end

local function suppress()
  local first = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  local function wanted(action) return action.title:find("here$") ~= nil end
  if vim.fn.has("nvim-0.8") == 1 then
    vim.lsp.buf.code_action({ filter = wanted, apply = true })
    return
  end
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 60000)
  for _, action in ipairs(answers[client().id].result) do
    if wanted(action) then vim.lsp.util.apply_workspace_edit(action.edit, client().offset_encoding) end
  end
end

local function run()
  attach(vim.env.FILE)
  seen.version = vim.fn.matchstr(vim.fn.execute("version"), "NVIM v[0-9.]*")
  seen.first = wait_for(1)
  seen.encoding = client().offset_encoding
  local first = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  local position = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", position, 60000)
  seen.hover = hover[client().id].result and hover[client().id].result.contents.value
  suppress()
  seen.after = wait_for(0)
  seen.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  vim.api.nvim_buf_set_lines(0, -1, -1, false, {
    "", "def g(path):", "    \u{4e2d} = '\u{1f600}'; again = open(path)", "    return again.read()",
  })
  seen.typed = wait_for(1)
end

local done, problem = pcall(run)
if not done then seen.problem = tostring(problem) end
local out = assert(io.open(vim.env.OUT, "w"))
out:write((vim.json and vim.json.encode or vim.fn.json_encode)(seen))
out:close()
vim.cmd("qall!")
