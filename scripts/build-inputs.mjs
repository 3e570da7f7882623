/** What the build is made from, as one hash: scripts/start.mjs builds again only when it changed. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const stampFile = path.join("dist", "build-stamp.json");

const directories = ["app", "components", "lib", "cli", "prisma/schema", "public"];
const files = [
  "server.ts",
  "middleware.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "prisma.config.ts",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
  "scripts/build.mjs",
  "scripts/build-inputs.mjs",
];

/** Made by the build itself, or of no use to it. */
function isIgnored(file) {
  return (
    /\.(test|spec)\.tsx?$/.test(file) ||
    file.startsWith("lib/testing/") ||
    file.startsWith("lib/db/generated/") ||
    file === "public/scalar.js"
  );
}

function listFiles(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name).replaceAll(path.sep, "/"));
}

function hashFiles(names) {
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(name).update("\0").update(readFileSync(name)).update("\0");
  return hash.digest("hex");
}

/** Hashes of the Prisma schema and of everything together; relative to the working directory. */
export function hashInputs() {
  const all = [...directories.flatMap(listFiles), ...files.filter((file) => existsSync(file))].filter(
    (file) => !isIgnored(file),
  );
  // A build's bundles are tied to the platform's packages and to what Next made of this version of Node.
  const platform = `${process.platform}-${process.arch}-${process.versions.modules}`;
  return { schema: hashFiles(listFiles("prisma/schema")), inputs: `${hashFiles(all)}-${platform}` };
}

/** The stamp of the last complete build; null where there is none. */
export function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return null;
  }
}

/** True when the last build was made from exactly what is here now. */
export function isBuilt() {
  return readStamp()?.inputs === hashInputs().inputs && existsSync(path.join(".next", "BUILD_ID"));
}
