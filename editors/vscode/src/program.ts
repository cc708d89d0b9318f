// Whether the program is there, asked before it is started as a server: what the client of the protocol says of one that is
// not there names no remedy. Nothing here needs an editor, so that it can be tested without one.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the program says of itself, such as `watertight 0.1.0`; fails if it cannot be run or is another one. */
export async function version(program: string): Promise<string> {
  const { stdout } = await run(program, ["--version"], { timeout: 20_000 });
  const said = stdout.trim();
  if (!said.startsWith("watertight ")) {
    throw new Error(`it says "${said.split("\n", 1)[0]}" when asked for its version`);
  }
  return said;
}
