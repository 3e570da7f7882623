/** Renders docs/reference/configuration.md from the declarations, so that the page cannot say anything else than the code does. */
import { type Setting, settingList } from "./settings";

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function formatFallback(setting: Setting<unknown>): string {
  if (setting.fallbackNote !== undefined) return setting.fallbackNote;
  const { fallback } = setting;
  if (fallback === null) return "none";
  if (typeof fallback === "boolean") return fallback ? "`on`" : "`off`";
  return `\`${Array.isArray(fallback) ? fallback.join(", ") : String(fallback)}\``;
}

function formatRow(setting: Setting<unknown>): string {
  const cells = [
    setting.env === undefined ? "" : `\`${setting.env}\``,
    setting.file === undefined ? "" : `\`${setting.file}\``,
    formatFallback(setting),
    setting.isSecret ? `${setting.summary} *Secret.*` : setting.summary,
  ];
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

/** The whole page, with its final newline. */
export function renderConfigReference(): string {
  return `# Configuration

Generated from \`lib/config/settings.ts\` by \`npm run docs:reference\`; edit that file instead of this page.

- The environment beats the file. An empty value is an absent one.
- Every variable has a twin that ends in \`_FILE\` and names a file with the value, for secrets that are mounted.
- The file is YAML. \`\${NAME}\` in a value becomes the variable's value, \`\${NAME:default}\` has a fallback; a complete example is
  \`lib/config/plan-example.yaml\`. An unknown key stops the start and names the nearest known one.
- All problems are told at once, one line each, with the remedy and never with a secret's value; the process then ends with
  exit code 78.
- **Embedded mode** is what runs where no database is given: PostgreSQL under \`PLLM_HOME\`, generated secrets, the simulator.
  With \`DATABASE_URL\` nothing is generated, and secrets that others could guess are refused.
- On and off may be written \`on\`, \`true\`, \`yes\`, \`1\` and \`off\`, \`false\`, \`no\`, \`0\`. Timeouts are milliseconds, or \`30s\`, \`10m\`.
  Lists are YAML lists, or text with commas.

| variable | in the file | default | meaning |
| --- | --- | --- | --- |
${settingList.map(formatRow).join("\n")}
`;
}
