import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { command, LANGUAGES, selector, trouble } from "../src/settings.ts";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

test("the program is where the user says", () => {
  for (const [path, folder, expected] of [
    [undefined, undefined, "watertight"],
    ["  ", "/w", "watertight"],
    ["/opt/watertight", "/w", "/opt/watertight"],
    ["${workspaceFolder}/bin/watertight", "/w $& x", "/w $& x/bin/watertight"],
    ["~/bin/watertight", undefined, "/home/me/bin/watertight"],
    ["./~/watertight", undefined, "./~/watertight"],
  ] as const) {
    assert.deepEqual(command(path, folder, "/home/me"), { command: expected, args: ["server"] });
  }
});

test("every language wakes the extension, and no other", () => {
  assert.deepEqual(manifest.activationEvents, LANGUAGES.map((language) => `onLanguage:${language}`));
  assert.equal(selector().length, 2 * LANGUAGES.length);
  assert.ok(selector().some((one) => one.scheme === "untitled" && one.language === "python"));
});

test("a folder that is not trusted cannot choose the program", () => {
  assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes("watertight.path"));
});

test("what keeps the server from starting is told with the remedy", () => {
  const told = trouble("/no/such", new Error("spawn ENOENT"));
  assert.match(told, /\/no\/such server.*ENOENT.*watertight\.path/);
  assert.match(trouble("x", "odd"), /odd/);
});
