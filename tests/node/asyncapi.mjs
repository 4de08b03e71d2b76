// asyncapi.mjs FILE: what AsyncAPI's own parser has to say, one line each; exit status 1 where it is an error.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const [file] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"), { source: file });
const severities = ["error", "warning", "information", "hint"];
for (const { severity, path, message } of diagnostics) {
  console.log(`${severities[severity]}: ${path.join(".")}: ${message}`);
}
if (!document || diagnostics.some(({ severity }) => severity === 0)) process.exit(1);
console.log(`${document.channels().length} channels, ${document.operations().length} operations, ${document.messages().length} messages`);
