/**
 * The process's log: one JSON line per entry on standard error, so that standard output stays free for data. Leaf.
 * Secrets are kept out by never logging bodies, headers or configuration; the redaction below is the second net.
 */
import pino from "pino";

export type Logger = pino.Logger;

const redacted = ["authorization", "cookie", "api_key", "secret", "password", "master_key"];

export const log: Logger = pino(
  {
    level: process.env.PLLM_LOG_LEVEL ?? (process.env.VITEST ? "silent" : "info"),
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
  },
  pino.destination({ dest: 2, sync: true }),
);
