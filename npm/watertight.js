#!/usr/bin/env node
// Starts the program, which comes in a package of its own for each platform.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === "win32" ? "watertight.exe" : "watertight";
let program;
try {
  program = require.resolve(`watertight-${platform}/${name}`);
} catch {
  console.error(`watertight: the package watertight-${platform} is not installed.`);
  console.error("Install without --omit=optional; if there is none for this platform, use `cargo install watertight`.");
  process.exit(2);
}
const { status, signal, error } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`watertight: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
