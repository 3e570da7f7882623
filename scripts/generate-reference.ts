/** `npm run docs:reference`: writes the generated pages under docs/reference. Tests check that they are up to date. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { renderConfigReference } from "@/lib/config/reference";

const pages = { "configuration.md": renderConfigReference };

const directory = path.join("docs", "reference");
mkdirSync(directory, { recursive: true });
for (const [name, render] of Object.entries(pages)) writeFileSync(path.join(directory, name), render());
