/**
 * `npm start`: builds where something changed since the last build, then runs the server in this very process, so that signals and
 * the exit code are its own.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isBuilt } from "./build-inputs.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

function runBuild() {
  return new Promise((resolve) => {
    const builder = spawn(process.execPath, [path.join("scripts", "build.mjs"), "--if-stale"], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const forward = (signal) => builder.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    builder.on("close", (code) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(code ?? 1);
    });
  });
}

// Whether this is a production server is for the operator to say, and decides on what may run; Next needs it said either way.
globalThis.pllmOperatorNodeEnv = process.env.NODE_ENV ?? "";
process.env.NODE_ENV = "production";
if (!isBuilt()) {
  console.log("Building, because something changed since the last build…");
  const code = await runBuild();
  if (code !== 0) process.exit(code);
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(path.resolve("dist", "server.js")).href);
