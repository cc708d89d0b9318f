import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const server = process.env["WATERTIGHT"] ?? "";

test("the program is asked who it is before it is started", async () => {
  const { version } = await import("../src/program.ts");
  await assert.rejects(version("/no/such/watertight"), /ENOENT/);
  await assert.rejects(version(process.execPath), /it says "v\d/);
});

test("a program that is the right one says so", { skip: server === "" && "WATERTIGHT names no program" }, async () => {
  const { version } = await import("../src/program.ts");
  assert.match(await version(server), /^watertight \d/);
});

test("the command of the extension starts a server", { skip: server === "" && "WATERTIGHT names no program" }, async () => {
  const { command } = await import("../src/settings.ts");
  const { command: program, args } = command(server, undefined, "/");
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { capabilities: {} } });
  const run = spawnSync(program, args, { input: `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, encoding: "utf8" });
  assert.match(run.stdout, /"serverInfo":\{"name":"watertight"/);
});
