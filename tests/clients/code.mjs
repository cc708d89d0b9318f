// The libraries with which VS Code and its kin speak: opens a document, asks for its diagnostics, applies the code action that
// suppresses the finding with their own text document, sends the edit on, and writes what was seen as JSON.
//   node code.mjs FOLDER-WITH-NODE_MODULES SERVER FILE

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, server, file] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const rpc = require("vscode-languageserver-protocol/node");
const { TextDocument } = require("vscode-languageserver-textdocument");

const child = spawn(server, ["server"], { stdio: ["pipe", "pipe", "inherit"] });
const connection = rpc.createProtocolConnection(
  new rpc.StreamMessageReader(child.stdout),
  new rpc.StreamMessageWriter(child.stdin),
);
const seen = { progress: [] };
connection.onRequest(rpc.ConfigurationRequest.type, () => [{ level: "default" }]);
connection.onRequest(rpc.RegistrationRequest.type, (asked) => {
  seen.registered = asked.registrations.map((one) => one.method);
});
connection.onRequest(rpc.WorkDoneProgressCreateRequest.type, (asked) => {
  connection.onProgress(rpc.WorkDoneProgress.type, asked.token, (value) => seen.progress.push(value.kind));
});
connection.listen();

const uri = pathToFileURL(file).href;
const root = pathToFileURL(dirname(file)).href;
const capabilities = {
  general: { positionEncodings: [rpc.PositionEncodingKind.UTF16] },
  window: { workDoneProgress: true },
  workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: { diagnostic: {}, publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true } },
};
const greeting = { processId: process.pid, rootUri: root, workspaceFolders: [{ uri: root, name: "it" }], capabilities };
seen.server = await connection.sendRequest(rpc.InitializeRequest.type, greeting);
await connection.sendNotification(rpc.InitializedNotification.type, {});

let document = TextDocument.create(uri, "python", 1, readFileSync(file, "utf8"));
const item = { uri, languageId: "python", version: 1, text: document.getText() };
await connection.sendNotification(rpc.DidOpenTextDocumentNotification.type, { textDocument: item });
const pull = () => connection.sendRequest(rpc.DocumentDiagnosticRequest.type, { textDocument: { uri } });
const first = await pull();
seen.first = first.items;
seen.marked = first.items.map((one) => document.getText(one.range));

const actions = await connection.sendRequest(rpc.CodeActionRequest.type, {
  textDocument: { uri },
  range: first.items[0].range,
  context: { diagnostics: first.items },
});
seen.titles = actions.map((action) => action.title);
const edits = actions.find((action) => action.title.endsWith("here")).edit.changes[uri];
seen.text = TextDocument.applyEdits(document, edits);
const changes = edits.map((edit) => ({ range: edit.range, text: edit.newText }));
document = TextDocument.update(document, changes, 2);
await connection.sendNotification(rpc.DidChangeTextDocumentNotification.type, {
  textDocument: { uri, version: 2 },
  contentChanges: changes,
});
seen.after = (await pull()).items;

await connection.sendRequest(rpc.ShutdownRequest.type);
await connection.sendNotification(rpc.ExitNotification.type);
seen.exit = await new Promise((resolve) => child.on("exit", resolve));
console.log(JSON.stringify(seen));
process.exit(0);
