/**
 * `npm test`: types, lint, walls, dead code, then the suites pure, db, http and browser, in this order. It stops at the first
 * step that fails or warns, and its last line is the sum: `N passed, N failed` (a tool counts as one test).
 *
 *   npm test -- --only walls,pure        these steps
 *   npm test -- --only db app/api/v1     these steps, and of the suites the files whose path holds the text
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findChromium } from "./find-chromium.mjs";

const bin = (name) => path.join("node_modules", ".bin", name);
const reports = mkdtempSync(path.join(os.tmpdir(), "pllm-reports-"));
const { FORCE_COLOR: _forced, ...inherited } = process.env;
const env = { ...inherited, NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1" };

let running;

/** Runs a command to its end; what it prints is kept, not shown. */
function run(command, args, extraEnv = {}) {
  return new Promise((resolve) => {
    let output = "";
    running = spawn(command, args, { env: { ...env, ...extraEnv }, stdio: ["ignore", "pipe", "pipe"] });
    running.stdout.on("data", (chunk) => (output += chunk));
    running.stderr.on("data", (chunk) => (output += chunk));
    running.on("error", (error) => resolve({ ok: false, output: String(error) }));
    running.on("close", (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}

async function runTool(command, args) {
  const { ok, output } = await run(bin(command), args);
  return { ok, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output };
}

async function typecheck() {
  // Next writes the types of its own files (styles, images) there; a fresh clone has none yet.
  if (!existsSync("next-env.d.ts") && existsSync("app/layout.tsx")) await run(bin("next"), ["typegen"]);
  return runTool("tsc", ["--noEmit", "-p", "."]);
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** The failures of a Vitest JSON report, as text. A file that cannot even be loaded counts as one failed test. */
function readVitest(report) {
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failures = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => `${path.relative(".", file.name)} > ${test.fullName}\n${test.failureMessages.join("\n")}`),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    text: [...broken.map((file) => `${path.relative(".", file.name)}\n${file.message}`), ...failures].join("\n\n"),
  };
}

async function vitest(project, filters) {
  const file = path.join(reports, `${project}.json`);
  const { ok, output } = await run(bin("vitest"), [
    "run",
    ...["--project", project, "--allowOnly=false", ...(filters.length > 0 ? ["--passWithNoTests"] : [])],
    ...["--reporter=json", `--outputFile.json=${file}`, "--reporter=./scripts/test-reporter.mjs"],
    ...filters,
  ]);
  const report = readReport(file);
  if (!report) return { ok: ok && filters.length > 0, passed: 0, failed: ok ? 0 : 1, skipped: 0, output };
  const { text, ...counts } = readVitest(report);
  // Whatever else was printed is a warning: of Node, of a library, or a forgotten console.log.
  const stray = output.replace(/^JSON report written to .*$/m, "").trim();
  // The exit code alone does not tell: the embedded PostgreSQL's exit hook ends the process with 0 whatever Vitest had set.
  const isGood = ok && report.success && counts.failed === 0 && stray === "";
  return { ok: isGood, ...counts, output: [text, stray].filter(Boolean).join("\n\n") };
}

function hasBrowserTests() {
  if (!existsSync("tests/browser")) return false;
  return readdirSync("tests/browser", { recursive: true }).some((name) => name.endsWith(".spec.ts"));
}

async function browser(filters) {
  if (!hasBrowserTests()) return { ok: true, passed: 0, failed: 0, skipped: 0, output: "" };
  const file = path.join(reports, "browser.json");
  const { ok, output } = await run(bin("playwright"), ["test", "--reporter=line,json", ...filters], {
    CHROMIUM_PATH: (await findChromium(run)) ?? "",
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const stats = readReport(file)?.stats;
  if (!stats) return { ok: false, passed: 0, failed: 1, skipped: 0, output };
  // A flaky test passed only when it was tried again: that is a failure here.
  return { ok, passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped, output };
}

const steps = {
  typecheck,
  lint: () => runTool("biome", ["check", "--error-on-warnings", "--colors=off", "."]),
  walls: () => runTool("depcruise", ["--config", ".dependency-cruiser.cjs", "."]),
  deadcode: () => runTool("knip", ["--no-progress", "--treat-config-hints-as-errors"]),
  pure: (filters) => vitest("pure", filters),
  db: (filters) => vitest("db", filters),
  http: (filters) => vitest("http", filters),
  browser,
};

function describeResult(result, seconds) {
  const counts = `${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ""}`;
  return `${result.ok ? "ok" : "FAILED"} (${counts}, ${seconds.toFixed(1)} s)`;
}

async function main() {
  const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });
  const chosen = values.only?.split(",") ?? Object.keys(steps);
  const unknown = chosen.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    console.error(`no step "${unknown.join(", ")}"; there are ${Object.keys(steps).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const sum = { passed: 0, failed: 0 };
  for (const [name, step] of Object.entries(steps)) {
    if (!chosen.includes(name)) continue;
    const startedAt = performance.now();
    const result = await step(positionals);
    sum.passed += result.passed;
    // A step that warned failed as a whole, although none of its tests did.
    sum.failed += result.ok ? result.failed : Math.max(result.failed, 1);
    console.log(`${name.padEnd(10)}${describeResult(result, (performance.now() - startedAt) / 1000)}`);
    if (result.ok) continue;
    console.log(`\n${result.output}\n`);
    process.exitCode = 1;
    break;
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    running?.kill(signal);
    process.exitCode = 1;
  });
}
try {
  await main();
} finally {
  rmSync(reports, { recursive: true, force: true });
}
