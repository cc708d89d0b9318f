import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const server = process.env["WATERTIGHT"] ?? "";

test("the command of the extension starts a server", { skip: server === "" && "WATERTIGHT names no program" }, async () => {
  const { command } = await import("../src/settings.ts");
  const { command: program, args } = command(server, undefined, "/");
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { capabilities: {} } });
  const run = spawnSync(program, args, { input: `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, encoding: "utf8" });
  assert.match(run.stdout, /"serverInfo":\{"name":"watertight"/);
});
