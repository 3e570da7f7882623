/**
 * The configuration: environment and YAML file, read once, checked as a whole, frozen. Leaf: anyone may import it; nobody
 * else reads process.env. The table in settings.ts declares what there is; rules that span settings are here.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { authEndpoints } from "@/lib/paths";
import type { KeyRing } from "@/lib/secrets/key-ring";
import { describeIssue } from "@/lib/validation";
import { findDevelopmentObstacle } from "./development";
import { type ConfigFile, noFile, readCode, readConfigFile, replaceReferences } from "./file";
import { formatKeyRing } from "./key-ring";
import { editDistance } from "./nearest";
import { type DeclaredConfig, type Setting, type SettingName, settingList, settings } from "./settings";
import { findWeakness, isKnownSecret } from "./weak-secret";

export interface Config
  extends Omit<DeclaredConfig, "simulator" | "privateTargets" | "dexEnabled" | "developmentSignIn"> {
  /** True where no database is given: the server brings its own and generates what secrets are missing. */
  readonly embedded: boolean;
  readonly simulator: boolean;
  readonly privateTargets: readonly string[];
  readonly dexEnabled: boolean;
  /** Whether the server brings an identity provider with four example people. */
  readonly developmentSignIn: boolean;
  /** Settings without a variable that the file gives: it decides on them, and the API may not change them. */
  readonly givenByFile: readonly SettingName[];
  /** Worth telling the operator, yet no reason to stay down. */
  readonly warnings: readonly string[];
}

/** What a running server has: nothing that a request needs is missing. */
export interface RunningConfig extends Config {
  readonly databaseUrl: string;
  readonly masterKey: string;
  readonly publicUrl: string;
  readonly nextAuthSecret: string;
  readonly encryptionKeys: KeyRing;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong, one line each: where, class of the value, remedy. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/**
 * Set by the server for its own threads once the embedded database runs, because DATABASE_URL is then present in the environment
 * although nobody gave one. server.ts drops it from what it inherits.
 */
export const embeddedMark = "PLLM_EMBEDDED";

const loopback = ["localhost", "127.0.0.0/8", "::1/128"];
const requiredOutsideEmbedded = ["masterKey", "publicUrl", "nextAuthSecret", "encryptionKeys"] as const;
const neverWeak = ["masterKey", "nextAuthSecret"] as const;

interface Given {
  label: string;
  raw: unknown;
}

/** `"80a"` for what may be seen, `text of 3 characters` for a secret. */
function describeClass(raw: unknown, isSecret: boolean): string {
  if (typeof raw === "string") return isSecret ? `text of ${raw.length} characters` : JSON.stringify(raw.slice(0, 60));
  if (Array.isArray(raw)) return "a list";
  if (typeof raw === "object") return "a mapping";
  return isSecret ? `a ${typeof raw}` : `${typeof raw} ${String(raw)}`;
}

function valueAt(raw: unknown, steps: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const step of steps) {
    // A list given as text with commas has entries that the raw value does not show.
    if (typeof value !== "object" || value === null) return value;
    value = Reflect.get(value, step);
  }
  return value;
}

class ConfigReader {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly given = new Map<SettingName, Given>();
  private file: ConfigFile = noFile;
  private fileLabel = "";

  constructor(
    private readonly env: Environment,
    private readonly cwd: string,
  ) {}

  /** The variable's value, or the content of the file that `<name>_FILE` names; empty is absent. */
  private readVariable(name: string): string | undefined {
    const value = this.env[name]?.trim() || undefined;
    const file = this.env[`${name}_FILE`]?.trim() || undefined;
    if (file === undefined) return value;
    if (value !== undefined) {
      this.report(`${name}_FILE (both set): ${name} is set as well; keep one of them`);
      return value;
    }
    try {
      return readFileSync(path.resolve(this.cwd, file), "utf8").trim() || undefined;
    } catch (error) {
      this.report(`${name}_FILE (${JSON.stringify(file)}): cannot be read (${readCode(error)}); name a readable file`);
      return undefined;
    }
  }

  /** References may name a variable more than once; its problem is told once. */
  private report(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }

  openFile(): string | null {
    const named = this.readVariable("PLLM_CONFIG");
    const filePath = path.resolve(this.cwd, named ?? "config.yaml");
    if (named === undefined && !existsSync(filePath)) return null;
    this.fileLabel = path.basename(filePath);
    const known = settingList.flatMap((setting) => setting.file ?? []);
    const source = named === undefined ? this.fileLabel : `PLLM_CONFIG (${JSON.stringify(named)})`;
    this.file = readConfigFile(filePath, { label: this.fileLabel, source }, known);
    for (const problem of this.file.problems) this.report(problem);
    return filePath;
  }

  private readFromFile(filePath: string): Given | undefined {
    const leaf = this.file.leaves.get(filePath);
    if (leaf === undefined) return undefined;
    const label = `${this.fileLabel}: ${filePath}`;
    const replaced = replaceReferences(this.file, leaf, (name) => this.readVariable(name));
    for (const problem of replaced.problems) this.report(`${label} (reference): ${problem}`);
    for (const name of replaced.missing) {
      this.warnings.push(`${label} refers to ${name}, which is not set: treated as absent`);
    }
    if (replaced.value === undefined || replaced.problems.length > 0) return undefined;
    return { label, raw: replaced.value };
  }

  private find(setting: Setting<unknown>): Given | undefined {
    const raw = setting.env === undefined ? undefined : this.readVariable(setting.env);
    if (raw !== undefined) return { label: setting.env ?? "", raw };
    return setting.file === undefined ? undefined : this.readFromFile(setting.file);
  }

  private reportIssue(given: Given, isSecret: boolean, issue: z.core.$ZodIssue): void {
    const inner = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
    const place = `${given.label}${typeof given.raw === "string" ? "" : inner}`;
    this.report(`${place} (${describeClass(valueAt(given.raw, issue.path), isSecret)}): ${issue.message}`);
  }

  /** The setting's typed value; its fallback where it is absent or wrong. */
  read(setting: Setting<unknown> & { name: SettingName }): unknown {
    const given = this.find(setting);
    if (given === undefined) return setting.fallback;
    this.given.set(setting.name, given);
    const result = setting.schema.safeParse(given.raw, { error: describeIssue });
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.reportIssue(given, setting.isSecret === true, issue);
    return setting.fallback;
  }

  /** A variable of ours that is nearly, yet not quite, one that exists. */
  warnMisspelt(): void {
    const known = settingList.flatMap((setting) => (setting.env ? [setting.env, `${setting.env}_FILE`] : []));
    for (const name of Object.keys(this.env)) {
      if (!name.startsWith("PLLM_") || known.includes(name)) continue;
      const meant = known.find((candidate) => editDistance(candidate, name) <= 2);
      if (meant) this.warnings.push(`${name} is not a setting; did you mean ${meant}?`);
    }
  }
}

/** Outside the embedded mode nothing is generated. */
function checkRequired(reader: ConfigReader): void {
  for (const name of requiredOutsideEmbedded) {
    if (reader.given.has(name)) continue;
    const setting = settingList.find((candidate) => candidate.name === name);
    const remedy = setting?.makeWith ? ` Make one with: ${setting.makeWith}` : "";
    const problem = `${setting?.env} (absent): is required where DATABASE_URL is given. ${setting?.summary}${remedy}`;
    reader.problems.push(problem);
  }
}

/** Nothing that others could guess is accepted. */
function checkWeakness(reader: ConfigReader, declared: DeclaredConfig): void {
  for (const name of neverWeak) {
    const weakness = declared[name] === null ? null : findWeakness(declared[name]);
    if (!weakness) continue;
    const label = reader.given.get(name)?.label;
    reader.problems.push(`${label} (guessable secret): ${weakness}; make one with: ${settings[name].makeWith}`);
  }
  if (declared.dexClientSecret !== null && isKnownSecret(declared.dexClientSecret)) {
    const label = reader.given.get("dexClientSecret")?.label;
    reader.problems.push(`${label} (known default): give this client a secret of its own, here and at Dex`);
  }
}

/** Where Dex sends browsers back to has to be where we wait for them. */
function checkCallback(reader: ConfigReader, { dexRedirectUrl, publicUrl }: DeclaredConfig): void {
  if (dexRedirectUrl === null || publicUrl === null) return;
  const expected = `${publicUrl}${authEndpoints.dexCallback}`;
  if (dexRedirectUrl === expected) return;
  const label = reader.given.get("dexRedirectUrl")?.label;
  reader.problems.push(`${label} (${JSON.stringify(dexRedirectUrl)}): must be ${expected}, here and at Dex`);
}

/** Whether sign-in by Dex can work; says what is missing where it was asked for. */
function checkDex(reader: ConfigReader, declared: DeclaredConfig, embedded: boolean): boolean {
  const enabled = declared.dexEnabled ?? declared.dexIssuer !== null;
  if (!enabled) return false;
  const names = {
    dexIssuer: "DEX_ISSUER",
    dexClientId: "DEX_CLIENT_ID",
    dexClientSecret: "DEX_CLIENT_SECRET",
  } as const;
  const missing = Object.entries(names).filter(([name]) => !reader.given.has(name as keyof typeof names));
  checkCallback(reader, declared);
  for (const [, variable] of missing) {
    if (embedded) reader.warnings.push(`${variable} is missing: sign-in by Dex stays off`);
    else reader.problems.push(`${variable} (absent): sign-in by Dex is on; set it, or auth.dex.enabled: false`);
  }
  return missing.length === 0;
}

/** Whether the server brings an identity provider; says why not where it was asked to. */
function checkDevelopmentSignIn(reader: ConfigReader, declared: DeclaredConfig, env: Environment): boolean {
  // The server's own threads read what it decided on.
  if (env[embeddedMark]) return declared.developmentSignIn ?? false;
  const obstacle = findDevelopmentObstacle({
    embedded: !reader.given.has("databaseUrl"),
    dexIssuer: declared.dexIssuer,
    isDexOff: declared.dexEnabled === false,
    nodeEnv: env.NODE_ENV,
    publicUrl: declared.publicUrl,
  });
  if (declared.developmentSignIn && obstacle)
    reader.problems.push(
      `PLLM_DEVELOPMENT_SIGN_IN ("on"): it cannot run here, because ${obstacle}; remove one of the two`,
    );
  return declared.developmentSignIn ?? obstacle === null;
}

function deepFreeze<T>(value: T): T {
  // The bytes of a key cannot be frozen.
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/**
 * Reads the configuration from `env` and the YAML file; relative paths start at `cwd`.
 * Throws a ConfigError that lists every problem at once.
 */
export function loadConfig(env: Environment, { cwd }: { cwd: string }): Config {
  const reader = new ConfigReader(env, cwd);
  const configPath = reader.openFile();
  const values = Object.fromEntries(settingList.map((setting) => [setting.name, reader.read(setting)]));
  // Each value passed the schema of its declaration, or is its fallback: the types follow from the table.
  const declared = values as unknown as DeclaredConfig;
  const embedded = Boolean(env[embeddedMark]) || !reader.given.has("databaseUrl");
  reader.warnMisspelt();
  if (!embedded) checkRequired(reader);
  // The server's own threads always run as production, with what it has checked.
  if (!embedded || (env.NODE_ENV === "production" && !env[embeddedMark])) checkWeakness(reader, declared);
  const dexEnabled = checkDex(reader, declared, embedded);
  const developmentSignIn = checkDevelopmentSignIn(reader, declared, env);
  const simulator = declared.simulator ?? embedded;
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return deepFreeze({
    ...declared,
    configPath,
    home: path.resolve(cwd, declared.home),
    alertThresholds: [...new Set(declared.alertThresholds)].sort((a, b) => a - b),
    embedded,
    simulator,
    privateTargets: declared.privateTargets ?? (embedded ? loopback : []),
    dexEnabled,
    developmentSignIn,
    givenByFile: settingList.filter(({ name, env }) => !env && reader.given.has(name)).map(({ name }) => name),
    warnings: reader.warnings,
  });
}

function serialise(name: SettingName, value: unknown): string {
  if (name === "encryptionKeys") return formatKeyRing(value as KeyRing);
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

/**
 * Writes a configuration back into an environment, so that a thread or a bundle that loads it again sees the same values: every
 * variable is set to what was resolved, and the `_FILE` twins go.
 */
export function exportConfig(config: Config, env: Record<string, string | undefined>): void {
  for (const { name, env: variable } of settingList) {
    if (variable === undefined) continue;
    delete env[`${variable}_FILE`];
    const value: unknown = config[name];
    if (value === null || value === undefined) delete env[variable];
    else env[variable] = serialise(name, value);
  }
  if (config.embedded) env[embeddedMark] = "on";
  else delete env[embeddedMark];
}

function isRunning(config: Config): config is RunningConfig {
  return config.databaseUrl !== null && requiredOutsideEmbedded.every((name) => config[name] !== null);
}

const memo = globalThis as { pllmConfig?: RunningConfig };

/**
 * The configuration of this thread, loaded from process.env at first use. Throws a ConfigError where the process was not started by
 * server.ts and lacks a database or a secret.
 */
export function getConfig(): RunningConfig {
  if (!memo.pllmConfig) {
    const config = loadConfig(process.env, { cwd: process.cwd() });
    if (!isRunning(config))
      throw new ConfigError(["DATABASE_URL (absent): start with `npm start`, or set it and the secrets"]);
    memo.pllmConfig = config;
  }
  return memo.pllmConfig;
}
