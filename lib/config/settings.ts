/**
 * Every setting of the server, declared once: where it is read from, its kind, its default, what it means. The loader, the
 * type `Config` and docs/reference/configuration.md all follow from this table. Names in the file are those of the YAML.
 */
import path from "node:path";
import { z } from "zod";
import {
  email,
  integer,
  keyRing,
  list,
  mapping,
  networkTarget,
  oneOf,
  postgresUrl,
  secretOf,
  teamPath,
  text,
  timeoutMs,
  toggle,
  url,
  webhookSecret,
} from "./kinds";

export interface Setting<T> {
  /** Environment variable; `<env>_FILE` names a file that holds the value instead. Environment beats file. */
  env?: string;
  /** Dotted path in the YAML file. */
  file?: string;
  schema: z.ZodType<T>;
  fallback: T;
  /** The default in words, where the value itself would not tell. */
  fallbackNote?: string;
  /** A secret's value is never shown, not even in an error. */
  isSecret?: boolean;
  /** A command that prints a good value. */
  makeWith?: string;
  summary: string;
}

type Declaration<T> = Omit<Setting<T>, "fallback">;

/** A setting that always has a value. */
function setting<T>(declaration: Declaration<T> & { fallback: NoInfer<T> }): Setting<T> {
  return declaration;
}

/** A setting that may be absent: null. */
function optional<T>(declaration: Declaration<T>): Setting<T | null> {
  return { ...declaration, fallback: null };
}

const roles = ["admin", "manager", "user", "viewer"] as const;
const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const randomSecret = "openssl rand -base64 32";
const http = url("http", "https");
const limit = integer(1, 2_147_483_647);
/** One team or several per group. */
const teamPaths = z.union([z.array(z.unknown()), z.unknown().transform((value) => [value])]).pipe(z.array(teamPath));

export const settings = {
  port: setting({
    env: "PORT",
    schema: integer(0, 65_535),
    fallback: 3000,
    summary: "Port of the one public listener; 0 takes a free one.",
  }),
  host: setting({
    env: "HOST",
    schema: text,
    fallback: "127.0.0.1",
    summary: "Address to listen on; the container image sets 0.0.0.0.",
  }),
  home: setting({
    env: "PLLM_HOME",
    schema: text,
    fallback: path.join(".", ".pllm"),
    fallbackNote: "./.pllm",
    summary: "Data of the embedded mode: database, generated secrets.",
  }),
  configPath: optional({
    env: "PLLM_CONFIG",
    schema: text,
    fallbackNote: "./config.yaml if it is there",
    summary: "The YAML file.",
  }),
  databaseUrl: optional({
    env: "DATABASE_URL",
    file: "general_settings.database_url",
    schema: postgresUrl,
    fallbackNote: "embedded PostgreSQL",
    isSecret: true,
    summary: "PostgreSQL 15 or newer.",
  }),
  masterKey: optional({
    env: "PLLM_MASTER_KEY",
    file: "general_settings.master_key",
    schema: secretOf(16),
    fallbackNote: "generated in embedded mode, required otherwise",
    isSecret: true,
    makeWith: randomSecret,
    summary: "The first administrator's key, at least 16 characters.",
  }),
  masterKeyCallsModels: setting({
    env: "PLLM_MASTER_KEY_CALLS_MODELS",
    schema: toggle,
    fallback: false,
    summary: "Whether the master key may call models through `/v1`.",
  }),
  publicUrl: optional({
    env: "NEXTAUTH_URL",
    schema: http,
    fallbackNote: "this server's address in embedded mode, required otherwise",
    summary: "The URL that people's browsers see.",
  }),
  nextAuthSecret: optional({
    env: "NEXTAUTH_SECRET",
    schema: secretOf(32),
    fallbackNote: "generated in embedded mode, required otherwise",
    isSecret: true,
    makeWith: randomSecret,
    summary: "Signs sessions, at least 32 characters.",
  }),
  encryptionKeys: optional({
    env: "ENCRYPTION_KEYS",
    schema: keyRing,
    fallbackNote: "generated in embedded mode, required otherwise",
    isSecret: true,
    makeWith: `echo "k1:$(${randomSecret})"`,
    summary: "`id:base64(32 bytes)[,older…]`: the first seals provider secrets, all of them open.",
  }),
  simulator: optional({
    env: "PLLM_SIMULATOR",
    schema: toggle,
    fallbackNote: "on in embedded mode, else off",
    summary: "A simulated model provider.",
  }),
  privateTargets: optional({
    env: "PLLM_PRIVATE_TARGETS",
    schema: list(networkTarget),
    fallbackNote: "loopback in embedded mode, else none",
    summary:
      "Hosts and CIDRs in private networks that providers and webhooks may reach, separated by commas. While the simulator runs, 127.0.0.1 is among them.",
  }),
  trustProxy: setting({
    env: "PLLM_TRUST_PROXY",
    schema: toggle,
    fallback: false,
    summary: "Believe `x-forwarded-*` headers: only behind a proxy that sets them itself.",
  }),
  bodyLimitBytes: setting({
    env: "PLLM_BODY_LIMIT_BYTES",
    schema: integer(1_024, 1_073_741_824),
    fallback: 10 * 1024 * 1024,
    summary: "Largest request body on `/v1`.",
  }),
  connectTimeoutMs: setting({
    env: "PLLM_CONNECT_TIMEOUT_MS",
    schema: timeoutMs,
    fallback: 5_000,
    summary: "Connecting to a provider.",
  }),
  firstByteTimeoutMs: setting({
    env: "PLLM_FIRST_BYTE_TIMEOUT_MS",
    schema: timeoutMs,
    fallback: 60_000,
    summary: "Waiting for a provider's first byte.",
  }),
  idleTimeoutMs: setting({
    env: "PLLM_IDLE_TIMEOUT_MS",
    schema: timeoutMs,
    fallback: 60_000,
    summary: "Silence in the middle of a provider's answer.",
  }),
  totalTimeoutMs: setting({
    env: "PLLM_TOTAL_TIMEOUT_MS",
    schema: timeoutMs,
    fallback: 600_000,
    summary: "One call, from end to end.",
  }),
  drainTimeoutMs: setting({
    env: "PLLM_DRAIN_TIMEOUT_MS",
    schema: timeoutMs,
    fallback: 30_000,
    summary: "How long a shutdown waits for calls in flight.",
  }),
  logLevel: setting({
    env: "PLLM_LOG_LEVEL",
    schema: oneOf(logLevels),
    fallback: "info",
    summary: "Least severe log line that is written.",
  }),
  smtpUrl: optional({
    env: "SMTP_URL",
    schema: url("smtp", "smtps"),
    isSecret: true,
    summary: "Mail server, e.g. `smtps://user:password@mail.example.com:465`.",
  }),
  alertsEnabled: setting({
    file: "budget.enable_alerts",
    schema: toggle,
    fallback: true,
    summary: "Whether crossing a threshold is announced.",
  }),
  alertWebhook: optional({
    env: "BUDGET_ALERT_WEBHOOK",
    file: "budget.alert_webhook",
    schema: http,
    isSecret: true,
    summary: "URL that receives every budget alert.",
  }),
  alertWebhookSecret: optional({
    env: "BUDGET_ALERT_WEBHOOK_SECRET",
    schema: webhookSecret,
    isSecret: true,
    summary: "Signs those deliveries (Standard Webhooks).",
  }),
  alertEmails: setting({
    env: "BUDGET_ALERT_EMAIL",
    file: "budget.alert_email",
    schema: list(email),
    fallback: [],
    fallbackNote: "none",
    summary: "Mail addresses that receive every budget alert.",
  }),
  alertThresholds: setting({
    file: "budget.alert_thresholds",
    schema: list(integer(1, 100)),
    fallback: [50, 75, 90, 100],
    summary: "Percentages at which a budget raises an alert, unless the budget names its own.",
  }),
  autoCreateUsers: setting({
    file: "general_settings.enable_auto_user_creation",
    schema: toggle,
    fallback: true,
    summary: "Whether a first sign-in creates the user.",
  }),
  defaultAdminEmail: optional({
    file: "general_settings.default_admin_email",
    schema: email,
    summary: "The user who becomes administrator at first start.",
  }),
  dexEnabled: optional({
    file: "auth.dex.enabled",
    schema: toggle,
    fallbackNote: "on where an issuer is given",
    summary: "Sign-in by Dex.",
  }),
  developmentSignIn: optional({
    env: "PLLM_DEVELOPMENT_SIGN_IN",
    schema: toggle,
    fallbackNote:
      "on in embedded mode on this machine's loopback, without a Dex and with NODE_ENV not set to production",
    summary:
      "Sign-in as one of four example people, without passwords, by an identity provider that the server brings.",
  }),
  dexIssuer: optional({
    env: "DEX_ISSUER",
    file: "auth.dex.issuer",
    schema: http,
    summary: "Dex's issuer URL, as its tokens name it.",
  }),
  dexInternalIssuer: optional({
    env: "DEX_INTERNAL_ISSUER",
    schema: http,
    summary: "Where this server reaches Dex, if by another name; TLS stays verified.",
  }),
  dexClientId: optional({
    env: "DEX_CLIENT_ID",
    file: "auth.dex.client_id",
    schema: text,
    summary: "This server's client id at Dex.",
  }),
  dexClientSecret: optional({
    env: "DEX_CLIENT_SECRET",
    file: "auth.dex.client_secret",
    schema: secretOf(1),
    isSecret: true,
    summary: "And its secret.",
  }),
  dexRedirectUrl: optional({
    file: "auth.dex.redirect_url",
    schema: http,
    fallbackNote: "`NEXTAUTH_URL` + `/api/auth/callback/dex`",
    summary: "The callback registered at Dex.",
  }),
  dexAutoCreateUsers: setting({
    file: "auth.dex.auto_create_users",
    schema: toggle,
    fallback: true,
    summary: "Whether a first sign-in by Dex creates the user.",
  }),
  dexDefaultRole: setting({
    file: "auth.dex.default_role",
    schema: oneOf(roles),
    fallback: "user",
    summary: "Role of a user whom no group maps.",
  }),
  dexAdminGroups: setting({
    file: "auth.dex.admin_groups",
    schema: list(text),
    fallback: [],
    fallbackNote: "none",
    summary: "Groups whose members are administrators.",
  }),
  groupToTeam: setting({
    file: "dex_mapping.group_to_team",
    schema: mapping(teamPaths),
    fallback: {},
    fallbackNote: "none",
    summary: "Group → team, or list of teams: a name, or a path such as `Engineering/Platform`.",
  }),
  groupToRole: setting({
    file: "dex_mapping.group_to_role",
    schema: mapping(oneOf(roles)),
    fallback: {},
    fallbackNote: "none",
    summary: "Group → role.",
  }),
  autoCreateTeams: setting({
    file: "dex_mapping.auto_create_teams",
    schema: toggle,
    fallback: false,
    summary: "Whether a mapped team that does not exist is created.",
  }),
  defaultTpm: optional({
    file: "rate_limits.default_tpm",
    schema: limit,
    fallbackNote: "no limit",
    summary: "Tokens per minute of a key that names no limit.",
  }),
  defaultRpm: optional({
    file: "rate_limits.default_rpm",
    schema: limit,
    fallbackNote: "no limit",
    summary: "Requests per minute of such a key.",
  }),
  defaultParallel: optional({
    file: "rate_limits.default_parallel",
    schema: limit,
    fallbackNote: "no limit",
    summary: "Calls at once of such a key.",
  }),
  defaultAllowedModels: optional({
    file: "models.default_allowed",
    schema: list(text),
    fallbackNote: "every model",
    summary: "Models that any key may call; teams, people and keys narrow it further.",
  }),
  defaultBlockedModels: setting({
    file: "models.default_blocked",
    schema: list(text),
    fallback: [],
    fallbackNote: "none",
    summary: "Models that nobody may call.",
  }),
} as const;

export type Settings = typeof settings;
export type SettingName = keyof Settings;

/** The declarations as a plain list, for code that treats them all alike. */
export const settingList: readonly (Setting<unknown> & { name: SettingName })[] = Object.entries(settings).map(
  ([name, declaration]) => ({ ...(declaration as Setting<unknown>), name: name as SettingName }),
);

/** What the table declares, typed. */
export type DeclaredConfig = {
  readonly [Name in SettingName]: Settings[Name] extends Setting<infer T> ? Readonly<T> : never;
};
