import { homedir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { version } from "./program.ts";
import { command, selector, trouble } from "./settings.ts";

const SETTINGS = "Open Settings";
/** How long a changed setting waits: it is typed letter by letter, and the client tells the old server of it. */
const PAUSE = 300;

let client: LanguageClient | undefined;
/** The last of the starts, each of which waits for the one before it. */
let turn: Promise<void> = Promise.resolve();
let wanted = 0;

/** Starts the server, and starts it again when the user says where another one is. */
export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("watertight.restart", () => restart()),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("watertight.path")) {
        await restart(PAUSE);
      }
    }),
  );
  await restart();
}

/** Ends the server. */
export async function deactivate(): Promise<void> {
  wanted += 1;
  turn = turn.then(stop);
  await turn;
}

/** Starts the server anew; of several that are asked for meanwhile, as while a path is typed, only the last one counts. */
function restart(pause = 0): Promise<void> {
  wanted += 1;
  const own = wanted;
  turn = turn.then(async () => {
    await setTimeout(pause);
    if (own === wanted) {
      await stop();
      await start();
    }
  });
  return turn;
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  // One that has failed to start cannot be stopped and need not be.
  if (running?.isRunning()) {
    await running.stop();
  }
  await running?.dispose();
}

async function start(): Promise<void> {
  const path = workspace.getConfiguration("watertight").get<string>("path");
  const server = command(path, workspace.workspaceFolders?.[0]?.uri.fsPath, homedir());
  try {
    await version(server.command);
    // Level and configuration the server asks for itself, and is told when they change.
    client = new LanguageClient("watertight", "watertight", server, { documentSelector: selector() });
    await client.start();
  } catch (error) {
    // Nobody waits for the user to read it.
    void tell(trouble(server.command, error));
  }
}

async function tell(message: string): Promise<void> {
  if ((await window.showErrorMessage(message, SETTINGS)) === SETTINGS) {
    await commands.executeCommand("workbench.action.openSettings", "watertight.path");
  }
}
