import { execSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { ConfigError, type Environment, embeddedMark, exportConfig, getConfig, loadConfig } from "./config";

const ring = "k2:3q2+78r+ur6tvu8BAgMEBQYHCAkKCwwNDg8QERITFBU=";
const olderRing = "k1:9J7zQh0v1mXo2bC4tY6uI8pA5sD3fG7hJ9kL1zX3cV0=";
const production: Environment = {
  DATABASE_URL: "postgresql://pllm:pw@db:5432/pllm",
  PLLM_MASTER_KEY: "sk-master-8fKq2LzT0vXw5RbN",
  NEXTAUTH_URL: "https://pllm.example.com",
  NEXTAUTH_SECRET: "b7Gt4Hn2Kp9Qs6Vx1Zc8Df5Jm3Lr0Tw7Yu",
  ENCRYPTION_KEYS: ring,
};

function makeDirectory(files: Record<string, string> = {}): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-config-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(directory, name), content);
  return directory;
}

function load(env: Environment, files: Record<string, string> = {}) {
  return loadConfig(env, { cwd: makeDirectory(files) });
}

function problemsOf(env: Environment, files: Record<string, string> = {}): readonly string[] {
  try {
    load(env, files);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test("an empty environment is the embedded mode with documented defaults", () => {
  const cwd = makeDirectory();
  expect(loadConfig({}, { cwd })).toMatchObject({
    embedded: true,
    host: "127.0.0.1",
    port: 3000,
    home: path.join(cwd, ".pllm"),
    configPath: null,
    databaseUrl: null,
    masterKey: null,
    masterKeyCallsModels: false,
    simulator: true,
    privateTargets: ["localhost", "127.0.0.0/8", "::1/128"],
    bodyLimitBytes: 10_485_760,
    connectTimeoutMs: 5_000,
    firstByteTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    totalTimeoutMs: 600_000,
    drainTimeoutMs: 30_000,
    alertThresholds: [50, 75, 90, 100],
    dexEnabled: false,
    warnings: [],
  });
});

test("with a database the simulator is off and no private target is allowed unless asked for", () => {
  expect(load(production)).toMatchObject({ embedded: false, simulator: false, privateTargets: [] });
  const asked = {
    ...production,
    PLLM_SIMULATOR: "on",
    PLLM_PRIVATE_TARGETS: "10.0.0.0/8, Models.Internal,fd00::/8,127.0.0.1",
  };
  expect(load(asked)).toMatchObject({
    simulator: true,
    privateTargets: ["10.0.0.0/8", "models.internal", "fd00::/8", "127.0.0.1"],
  });
});

test("a configuration cannot be changed", () => {
  const config = load(production);
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.alertThresholds)).toBe(true);
});

test("with a database each secret is required, with one line per absence", () => {
  const problems = problemsOf({ DATABASE_URL: production.DATABASE_URL });
  expect(problems).toHaveLength(4);
  for (const name of ["PLLM_MASTER_KEY", "NEXTAUTH_URL", "NEXTAUTH_SECRET", "ENCRYPTION_KEYS"]) {
    expect(problems.filter((problem) => problem.startsWith(`${name} (absent)`))).toHaveLength(1);
  }
});

test.each([
  ["PLLM_MASTER_KEY", "openssl rand -base64 32"],
  ["NEXTAUTH_SECRET", "openssl rand -base64 32"],
  ["ENCRYPTION_KEYS", 'echo "k1:$(openssl rand -base64 32)"'],
])("a missing %s comes with the command that makes one, and what it prints is accepted", (name, command) => {
  const problem = problemsOf({ ...production, [name]: undefined })[0];
  expect(problem?.endsWith(`Make one with: ${command}`)).toBe(true);
  // The machine that tests may have no openssl; the shell's part of the command is what could be wrong.
  const random = `"${process.execPath}" -p 'require("node:crypto").randomBytes(32).toString("base64")'`;
  const made = execSync(command.replace("openssl rand -base64 32", random), { encoding: "utf8" }).trim();
  expect(() => load({ ...production, [name]: made })).not.toThrow();
});

test.each([
  ["PLLM_MASTER_KEY", "sk-1234"],
  ["PLLM_MASTER_KEY", "changemechangeme"],
  ["PLLM_MASTER_KEY", "aaaaaaaaaaaaaaaaaaaa"],
  ["PLLM_MASTER_KEY", "1234567890123456"],
  ["NEXTAUTH_SECRET", "shortButRandom8fKq2LzT0v"],
  ["NEXTAUTH_SECRET", "your-super-secret-nextauth-secret-please-change"],
  ["ENCRYPTION_KEYS", `k1:${Buffer.alloc(32).toString("base64")}`],
  ["ENCRYPTION_KEYS", `k1:${Buffer.from("this-is-a-32-byte-encryption-key").toString("base64")}`],
  ["ENCRYPTION_KEYS", `k1:${Buffer.from("tooshort").toString("base64")}`],
  ["ENCRYPTION_KEYS", `${ring},k2:${olderRing.slice(3)}`],
  ["ENCRYPTION_KEYS", `${ring},k1:${ring.slice(3)}`],
  ["ENCRYPTION_KEYS", "no-colon"],
  ["DATABASE_URL", "mysql://root:hunter2secret@db/x"],
  ["DATABASE_URL", "not a url hunter2secret"],
  ["SMTP_URL", "http://user:hunter2secret@mail"],
  ["BUDGET_ALERT_WEBHOOK", "ftp://hooks.example.com/hunter2secret"],
  ["BUDGET_ALERT_WEBHOOK_SECRET", "whsec_hunter2secret"],
  ["DEX_CLIENT_SECRET", "ZXhhbXBsZS1hcHAtc2VjcmV0"],
])("%s=%s is refused in one line that does not show the secret", (name, value) => {
  const problems = problemsOf({ ...production, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} \\([^)]+\\): .`));
  for (const piece of [value, value.slice(3), value.slice(-10)]) expect(problems[0]).not.toContain(piece);
});

test("a guessable secret is refused in production, and where nobody else comes it is for the operator to say", () => {
  const env = { PLLM_MASTER_KEY: "changemechangeme" };
  expect(problemsOf({ ...env, NODE_ENV: "production" })).toEqual([
    expect.stringMatching(/^PLLM_MASTER_KEY \(guessable secret\): /),
  ]);
  expect(load(env).masterKey).toBe(env.PLLM_MASTER_KEY);
  // The server's own threads read again what it has taken.
  expect(load({ ...env, NODE_ENV: "production", [embeddedMark]: "on" }).masterKey).toBe(env.PLLM_MASTER_KEY);
});

test.each([
  ["PORT", "80a", "whole number from 0 to 65535"],
  ["PORT", "65536", "whole number from 0 to 65535"],
  ["PORT", "-1", "whole number from 0 to 65535"],
  ["NEXTAUTH_URL", "pllm.example.com", "absolute URL"],
  ["PLLM_IDLE_TIMEOUT_MS", "0", "milliseconds"],
  ["PLLM_IDLE_TIMEOUT_MS", "30d", "milliseconds"],
  ["PLLM_TRUST_PROXY", "maybe", "on or off"],
  ["PLLM_LOG_LEVEL", "loud", "one of fatal"],
  ["PLLM_PRIVATE_TARGETS", "10.0.0.0/99", "CIDRs"],
  ["PLLM_PRIVATE_TARGETS", "1.2.3", "CIDRs"],
  ["PLLM_PRIVATE_TARGETS", "0x7f.1", "CIDRs"],
  ["PLLM_PRIVATE_TARGETS", "https://10.0.0.1", "CIDRs"],
  ["BUDGET_ALERT_EMAIL", "ops@example.com,nobody", "mail address"],
])("%s=%s is refused with its remedy", (name, value, remedy) => {
  const problems = problemsOf({ ...production, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${name} (`);
  expect(problems[0]).toContain(remedy);
});

test("all problems are told at once, in the file and in the environment", () => {
  const file = "budget: {alert_thresholds: [50, 0, 101], alert_treshold: 3}\nmodels: 5\n";
  const problems = problemsOf({ ...production, PORT: "x", HOST_FILE: "/nowhere/at/all" }, { "config.yaml": file });
  expect(problems).toEqual([
    "config.yaml: budget.alert_treshold (unknown key): remove it, or did you mean budget.alert_thresholds?",
    "config.yaml: models (not a section): must hold the keys models.default_allowed, models.default_blocked",
    'PORT ("x"): must be a whole number from 0 to 65535',
    'HOST_FILE ("/nowhere/at/all"): cannot be read (ENOENT); name a readable file',
    "config.yaml: budget.alert_thresholds[1] (number 0): must be a whole number from 1 to 100",
    "config.yaml: budget.alert_thresholds[2] (number 101): must be a whole number from 1 to 100",
  ]);
});

test("a mapped team is a name, a path or a list of them; a path with an empty part is named", () => {
  const map = (value: string) => ({ "config.yaml": `dex_mapping: {group_to_team: {dev: ${value}}}` });
  expect(load({}, map("Engineering / Platform")).groupToTeam).toEqual({ dev: ["Engineering/Platform"] });
  expect(load({}, map("[Engineering, 42]")).groupToTeam).toEqual({ dev: ["Engineering", "42"] });
  expect(problemsOf({}, map("[Engineering, Sales/]"))).toEqual([
    'config.yaml: dex_mapping.group_to_team.dev[1] ("Sales/"): must be a team\'s name or a path of them such as Engineering/Platform, without an empty part',
  ]);
  expect(problemsOf({}, map("{a: b}"))[0]).toContain("must be a single value");
});

test("a known key in the wrong section is pointed to its own", () => {
  expect(problemsOf({}, { "config.yaml": "general_settings: {default_rpm: 5}" })).toEqual([
    "config.yaml: general_settings.default_rpm (unknown key): remove it, or did you mean rate_limits.default_rpm?",
  ]);
});

test("a file that is not YAML, or not there, is one problem", () => {
  expect(problemsOf({}, { "config.yaml": "a: [1\nb: 2" })[0]).toMatch(/^config\.yaml \(line \d+\): is not YAML/);
  expect(problemsOf({}, { "config.yaml": "budget: {}\nbudget: {}" })[0]).toMatch(
    /^config\.yaml \(line 2\): is not YAML/,
  );
  expect(problemsOf({ PLLM_CONFIG: "other.yaml" })).toEqual([
    expect.stringMatching(/^PLLM_CONFIG \("other\.yaml"\): \/.*\/other\.yaml cannot be read \(ENOENT\); name a/),
  ]);
});

test("environment beats file, and a _FILE twin is the environment", () => {
  const files = {
    "config.yaml": "general_settings: {database_url: 'postgres://file/x'}\n",
    url: "postgres://secret-file/x\n",
  };
  expect(load({ ...production, DATABASE_URL: "" }, files).databaseUrl).toBe("postgres://file/x");
  expect(load({ ...production, DATABASE_URL: "postgres://env/x" }, files).databaseUrl).toBe("postgres://env/x");
  expect(load({ ...production, DATABASE_URL: "", DATABASE_URL_FILE: "url" }, files).databaseUrl).toBe(
    "postgres://secret-file/x",
  );
});

test("a variable and its _FILE twin together are refused", () => {
  const problems = problemsOf({ PORT: "4000", PORT_FILE: "port" }, { port: "5000" });
  expect(problems).toEqual(["PORT_FILE (both set): PORT is set as well; keep one of them"]);
});

test("references are replaced, whatever their values hold", () => {
  const file = `
auth:
  dex: {issuer: "\${ISSUER}/dex", client_id: \${CLIENT:my-client}, client_secret: \${DEX_SECRET}}
rate_limits: {default_rpm: \${RPM:60}, default_tpm: \${TPM}}
models: {default_allowed: [\${A}, \${B:b: # c}], default_blocked: \${BLOCKED:x,y}}
`;
  const env = { ISSUER: "https://dex.example.com", DEX_SECRET: "a: b}]#'\"".replace(" ", ""), A: "gpt-4o", TPM: "" };
  expect(load(env, { "config.yaml": file })).toMatchObject({
    dexIssuer: "https://dex.example.com/dex",
    dexClientId: "my-client",
    dexClientSecret: "a:b}]#'\"",
    defaultRpm: 60,
    defaultTpm: null,
    defaultAllowedModels: ["gpt-4o", "b: # c"],
    defaultBlockedModels: ["x", "y"],
    warnings: ["config.yaml: rate_limits.default_tpm refers to TPM, which is not set: treated as absent"],
  });
});

test("a reference inside a longer text must be set, and every reference must be well formed", () => {
  const reference = (inside: string) => `\${${inside}}`;
  const file = `auth: {dex: {issuer: 'https://${reference("DEX_HOST")}/dex', client_id: '${reference("not good")}'}}`;
  expect(problemsOf({}, { "config.yaml": file })).toEqual([
    `config.yaml: auth.dex.issuer (reference): refers to DEX_HOST, which is not set: set it, or write ${reference("DEX_HOST:default")}`,
    `config.yaml: auth.dex.client_id (reference): ${reference("not good")} is not of the form ${reference("NAME")} or ${reference("NAME:default")}`,
  ]);
});

test("sign-in by Dex needs all of its parts in production, and stays off with a word in embedded mode", () => {
  const env = { DEX_ISSUER: "https://dex.example.com", DEX_CLIENT_ID: "pllm" };
  expect(problemsOf({ ...production, ...env })).toEqual([
    "DEX_CLIENT_SECRET (absent): sign-in by Dex is on; set it, or auth.dex.enabled: false",
  ]);
  expect(load(env)).toMatchObject({
    dexEnabled: false,
    warnings: ["DEX_CLIENT_SECRET is missing: sign-in by Dex stays off"],
  });
  expect(load({ ...production, ...env, DEX_CLIENT_SECRET: "x9Kd2" })).toMatchObject({ dexEnabled: true });
});

test("without a database there is no running configuration to be had", () => {
  vi.stubEnv("DATABASE_URL", undefined);
  vi.stubEnv(embeddedMark, undefined);
  expect(() => getConfig()).toThrow(ConfigError);
  for (const [name, value] of Object.entries(production)) vi.stubEnv(name, value);
  const config = getConfig();
  expect(config.publicUrl).toBe(production.NEXTAUTH_URL);
  expect(config.encryptionKeys[0].id).toBe("k2");
  vi.unstubAllEnvs();
  expect(getConfig()).toBe(config);
});

test("a misspelt variable of ours is pointed out", () => {
  expect(load({ PLLM_MASTERKEY: "x", PLLM_SOMETHING_ELSE: "y" }).warnings).toEqual([
    "PLLM_MASTERKEY is not a setting; did you mean PLLM_MASTER_KEY?",
  ]);
});

test("durations are taken where timeouts are", () => {
  expect(load({ PLLM_DRAIN_TIMEOUT_MS: "45s", PLLM_TOTAL_TIMEOUT_MS: "900000" })).toMatchObject({
    drainTimeoutMs: 45_000,
    totalTimeoutMs: 900_000,
  });
});

test("what was exported loads as the same configuration, also in embedded mode", () => {
  const env: Record<string, string | undefined> = {
    ...production,
    PORT_FILE: "port",
    BUDGET_ALERT_EMAIL: "a@x.io,b@x.io",
    ENCRYPTION_KEYS: `${ring},${olderRing}`,
  };
  const cwd = makeDirectory({ port: "4321", "config.yaml": "models: {default_blocked: [a]}" });
  const config = loadConfig(env, { cwd });
  exportConfig(config, env);
  expect(loadConfig(env, { cwd })).toEqual(config);
  const embedded = {
    ...loadConfig({}, { cwd }),
    databaseUrl: "postgresql://u:p@127.0.0.1:1/x",
    publicUrl: "http://localhost:1",
  };
  const marked: Record<string, string | undefined> = {};
  exportConfig(embedded, marked);
  expect(marked[embeddedMark]).toBe("on");
  expect(loadConfig(marked, { cwd })).toEqual(embedded);
});

test("the plan's complete example loads as it stands", () => {
  const example = readFileSync(path.join(import.meta.dirname, "plan-example.yaml"), "utf8");
  const secrets = { ...production, DEX_CLIENT_SECRET: "Zr8mX2qL", BUDGET_ALERT_WEBHOOK: "https://hooks.example.com/x" };
  expect(load(secrets, { "config.yaml": example })).toMatchObject({
    warnings: [],
    masterKey: production.PLLM_MASTER_KEY,
    defaultAdminEmail: "admin@example.com",
    dexEnabled: true,
    dexRedirectUrl: "https://pllm.example.com/api/auth/callback/dex",
    dexAdminGroups: ["pllm-admins", "platform-team"],
    groupToTeam: { engineering: ["Engineering"], "data-science": ["Data Science", "Research"] },
    groupToRole: { "pllm-admins": "admin", "team-leads": "manager", contractors: "viewer" },
    autoCreateTeams: true,
    alertEmails: ["finance@example.com"],
    defaultTpm: 100_000,
    defaultRpm: 1_000,
    defaultParallel: 50,
    defaultAllowedModels: ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4"],
    defaultBlockedModels: [],
  });
  expect(load({}, { "config.yaml": example })).toMatchObject({ embedded: true, dexEnabled: false });
});

describe("the development sign-in", () => {
  test.each<[string, Environment, boolean]>([
    ["in the embedded mode", {}, true],
    ["under another name of this machine", { NEXTAUTH_URL: "http://pllm.localhost:3000" }, true],
    ["switched off", { PLLM_DEVELOPMENT_SIGN_IN: "off" }, false],
    ["with a database", production, false],
    ["with a Dex, even one that lacks its client", { DEX_ISSUER: "https://dex.example.com" }, false],
    ["in production", { NODE_ENV: "production" }, false],
    ["where others may come", { NEXTAUTH_URL: "https://pllm.example.com" }, false],
    ["where a host only begins like this machine", { NEXTAUTH_URL: "http://localhost.example.com" }, false],
  ])("%s", (_what, env, developmentSignIn) => {
    expect(load(env)).toMatchObject({ developmentSignIn });
  });

  test("cannot be asked for where it must not run, and the answer names why", () => {
    const asked = { PLLM_DEVELOPMENT_SIGN_IN: "on" };
    expect(problemsOf({ ...asked, ...production }).join()).toContain("because DATABASE_URL is set");
    expect(problemsOf({ ...asked, NODE_ENV: "production" }).join()).toContain("because NODE_ENV is production");
    expect(problemsOf({ ...asked, DEX_ISSUER: "https://dex.example.com" }).join()).toContain(
      "because DEX_ISSUER is set",
    );
    expect(problemsOf({ ...asked, NEXTAUTH_URL: "https://pllm.example.com" }).join()).toContain("because NEXTAUTH_URL");
    expect(problemsOf(asked, { "config.yaml": "auth: {dex: {enabled: false}}" }).join()).toContain("auth.dex.enabled");
  });

  test("runs on for the server's own threads, which see its provider as a Dex", () => {
    const env = { [embeddedMark]: "on", PLLM_DEVELOPMENT_SIGN_IN: "on", DATABASE_URL: production.DATABASE_URL };
    const dex = {
      DEX_ISSUER: "http://x.localhost",
      DEX_CLIENT_ID: "pllm",
      DEX_CLIENT_SECRET: "s",
      NODE_ENV: "production",
    };
    expect(load({ ...env, ...dex })).toMatchObject({ developmentSignIn: true, dexEnabled: true });
  });
});

test("a callback that is not ours is told, with what it has to be", () => {
  const dex = { DEX_ISSUER: "https://dex.example.com", DEX_CLIENT_ID: "pllm", DEX_CLIENT_SECRET: "x9Kd2" };
  const file = (url: string) => ({ "config.yaml": `auth: {dex: {redirect_url: '${url}'}}` });
  const expected = "https://pllm.example.com/api/auth/callback/dex";
  expect(load({ ...production, ...dex }, file(expected))).toMatchObject({ dexRedirectUrl: expected });
  expect(problemsOf({ ...production, ...dex }, file("https://pllm.example.com/callback"))).toEqual([
    `config.yaml: auth.dex.redirect_url ("https://pllm.example.com/callback"): must be ${expected}, here and at Dex`,
  ]);
});
