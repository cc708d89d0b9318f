// What the settings come to; nothing here needs an editor, so that it can be tested without one.

/** The languages whose documents the server is told of, as VS Code calls them. */
export const LANGUAGES = [
  "python",
  "rust",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "vue",
  "svelte",
] as const;

/** A program with its arguments. */
export interface Command {
  command: string;
  args: string[];
}

/** The command that starts the server. A path may begin with a folder that is open, or with the user's own. */
export function command(path: string | undefined, folder: string | undefined, home: string): Command {
  let program = (path ?? "").trim() || "watertight";
  if (folder !== undefined) {
    program = program.replaceAll("${workspaceFolder}", () => folder);
  }
  if (program === "~" || program.startsWith("~/")) {
    program = home + program.slice(1);
  }
  return { command: program, args: ["server"] };
}

/** Which documents the server is told of: files, and those that were never saved. */
export function selector(): { scheme: string; language: string }[] {
  return LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language })));
}

/** What the user is told when the server does not start. */
export function trouble(program: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `watertight: "${program} server" does not start: ${why}. Install watertight, or say where it is in the setting "watertight.path".`;
}
