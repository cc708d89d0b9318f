// VS Code itself, as a server, with its window in Chromium: the extension is installed from its package, a file with leaks is
// opened, and what the window shows is read. The last look is left behind as a picture.
//   node --test browser/workbench.mjs, with
//     TOOLS     a folder in whose node_modules code-server and playwright-core are
//     PACKAGE   the package of the extension
//     PROGRAM   watertight
//     CHROMIUM  the browser
//     PICTURE   where the picture goes, and beside it what the server of the window writes

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const { TOOLS, PACKAGE, PROGRAM, CHROMIUM, PICTURE } = process.env;
const { chromium } = createRequire(join(TOOLS, "package.json"))("playwright-core");

const LEAKY = `class Store:
    def __init__(self):
        self._rows = {}

    def add(self, key, row):
        self._rows[key] = row


def read(path):
    handle = open(path)
    return handle.read()
`;

const folder = mkdtempSync(join(tmpdir(), "workbench-"));
const [data, extensions, project] = ["data", "extensions", "project"].map((name) => join(folder, name));
// A name of its own, by which its process is found.
const program = join(folder, "bin", "watertight");
let server, browser, page;

/** What holds for the whole window: a quiet one. */
const QUIET = {
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.stickyScroll.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "watertight.path": program,
};

/** Writes the settings of the folder, which the window follows. */
const set = (own) => writeFileSync(join(project, ".vscode", "settings.json"), JSON.stringify(own));

/** Starts the server and says at which address it answers. */
async function serve() {
  const entry = join(TOOLS, "node_modules/code-server/out/node/entry.js");
  const places = ["--extensions-dir", extensions, "--user-data-dir", data];
  // Nothing is kept in the folders of whoever runs this.
  const own = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder };
  const env = { ...process.env, ...own };
  const log = openSync(`${PICTURE}.log`, "w");
  execFileSync(process.execPath, [entry, "--install-extension", PACKAGE, ...places], { env, stdio: ["ignore", log, log] });
  const still = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  const args = [entry, "--bind-addr", "127.0.0.1:0", ...still, ...places];
  // A group of its own, so that all it starts can be ended with it.
  server = spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", "pipe", log] });
  for await (const said of server.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    const address = /listening on (http:\S+)/.exec(said);
    if (address) {
      server.stdout.resume();
      return address[1];
    }
  }
  throw new Error("code-server does not start");
}

function end() {
  const running = server;
  server = undefined;
  if (running?.pid) {
    process.kill(-running.pid);
  }
}

// Also where the run itself is ended.
process.on("exit", end);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1));
}

before(async () => {
  mkdirSync(join(data, "User"), { recursive: true });
  writeFileSync(join(data, "User", "settings.json"), JSON.stringify(QUIET));
  mkdirSync(join(project, ".vscode"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  symlinkSync(PROGRAM, program);
  writeFileSync(join(project, "leaky.py"), LEAKY);
  set({});
  const address = new URL(await serve());
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: CHROMIUM, args });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(40_000);
  address.searchParams.set("folder", project);
  const file = `vscode-remote://${address.host}${join(project, "leaky.py")}`;
  address.searchParams.set("payload", JSON.stringify([["openFile", file]]));
  await page.goto(address.href, { waitUntil: "domcontentloaded" });
  await page.locator(".view-lines").waitFor();
});

after(async () => {
  await page?.screenshot({ path: PICTURE }).catch(() => {});
  await browser?.close();
  end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
});

const squiggles = () => page.locator(".squiggly-warning, .squiggly-error, .squiggly-info");
const problems = () => page.locator(".markers-panel .monaco-list-row");
const line = (text) => page.locator(".view-line", { hasText: text });

/** Waits until there are as many problems as that, and says what the panel writes of them. */
async function shown(count) {
  const told = problems().filter({ hasText: "watertight" });
  await told.nth(count).waitFor({ state: "detached" });
  if (count > 0) {
    await told.nth(count - 1).waitFor();
  }
  return (await problems().allInnerTexts()).join("\n");
}

test("a leak is underlined and listed", async () => {
  await squiggles().first().waitFor({ state: "attached" });
  await page.keyboard.press("Control+Shift+M");
  const told = await shown(1);
  assert.match(told, /`handle` holds a file that this function never releases/);
  assert.match(told, /unclosed-handle/);
  assert.match(told, /returns with the file still open/);
});

test("hovering shows the evidence", async () => {
  await line("handle = open").getByText("open", { exact: true }).hover();
  const hover = page.locator(".monaco-hover:visible", { hasText: "evidence" });
  await hover.waitFor();
  assert.match(await hover.innerText(), /nothing in the function releases it/);
  await page.screenshot({ path: PICTURE.replace(/\.png$/, "-hover.png") });
});

test("a setting counts at once", async () => {
  set({ "watertight.level": "pedantic" });
  assert.match(await shown(2), /_rows/);
  set({});
  await shown(1);
});

test("the light bulb explains the rule", async () => {
  await choose("Explain `unclosed-handle`");
  try {
    await page.locator(".tab.active", { hasText: "unclosed-handle" }).waitFor();
  } finally {
    await page.screenshot({ path: PICTURE.replace(/\.png$/, "-explain.png") });
  }
  await page.locator(".tab.active", { hasText: "unclosed-handle" }).getByRole("button", { name: /Close/ }).click();
});

test("the light bulb fixes it, and what is typed next is looked at before it is saved", async () => {
  await choose("Hold `handle` in a managed block");
  await line("with open(path) as handle:").waitFor();
  await shown(0);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n\ndef again(path):\nother = open(path)\nreturn other.read()\n");
  assert.match(await shown(1), /`other` holds a file/);
});

test("a program that is not there is told with the remedy, and its return is noticed", async () => {
  set({ "watertight.path": "/no/such/watertight" });
  const told = page.locator(".notification-list-item", { hasText: "does not start" });
  await told.waitFor();
  assert.match(await told.innerText(), /watertight\.path/);
  await shown(0);
  set({});
  await shown(1);
  assert.equal(await page.locator(".notification-list-item").count(), 1);
  await page.keyboard.press("Escape");
});

test("a server that was killed is replaced, and nothing is lost", { skip: process.platform !== "linux" && "needs /proc" }, async () => {
  const [killed] = servers();
  process.kill(killed, "SIGKILL");
  while (servers().every((pid) => pid === killed)) {
    await page.waitForTimeout(100);
  }
  await go("15:23");
  await page.keyboard.type("; third = open(path)");
  assert.match(await shown(2), /`third` holds a file/);
});

/** The processes of the server that the window has started. */
function servers() {
  const own = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8") === `${program}\0server\0`;
    } catch {
      return false;
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && own(name)).map(Number);
}

/** Puts the cursor at a line and a column, by the keyboard, because other things may lie over the text. */
async function go(place) {
  await page.mouse.move(640, 20);
  await page.keyboard.press("Control+1");
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").fill(`:${place}`);
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

/** Opens the light bulb where the file is opened, and chooses. */
async function choose(title) {
  await go("10:15");
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget .monaco-list-row", { hasText: title }).click();
  await page.locator(".action-widget").first().waitFor({ state: "hidden" });
}
