import { homedir } from "node:os";
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { command, selector, trouble } from "./settings.ts";

let client: LanguageClient | undefined;

/** Starts the server, and starts it again when the user says where another one is. */
export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("watertight.restart", restart),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("watertight.path")) {
        await restart();
      }
    }),
  );
  await start();
}

/** Ends the server. */
export async function deactivate(): Promise<void> {
  const running = client;
  client = undefined;
  // One that has not started yet, or has failed to, cannot be stopped and need not be.
  if (running?.isRunning()) {
    await running.stop();
  }
  await running?.dispose();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const path = workspace.getConfiguration("watertight").get<string>("path");
  const server = command(path, workspace.workspaceFolders?.[0]?.uri.fsPath, homedir());
  // Level and configuration the server asks for itself, and is told when they change.
  client = new LanguageClient("watertight", "watertight", server, { documentSelector: selector() });
  try {
    await client.start();
  } catch (error) {
    await window.showErrorMessage(trouble(server.command, error));
  }
}
