// Says what the compiler of TypeScript finds wrong with the syntax of each file: `compile.mjs MODULES FILE…`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, ...files] = process.argv.slice(2);
const ts = createRequire(`${modules}/package.json`)("typescript");
const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, jsx: ts.JsxEmit.React };
for (const fileName of files) {
  const { diagnostics } = ts.transpileModule(readFileSync(fileName, "utf8"), { fileName, compilerOptions, reportDiagnostics: true });
  for (const { messageText } of diagnostics) console.log(`${fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}
