/** What the development identity provider keeps between two starts, in `<home>/development-sign-in/`. Called by lib/dev-identity alone. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const stateSchema = z.object({
  port: z.number().int().min(1).max(65_535),
  client_secret: z.string().min(32),
  cookie_key: z.string().min(32),
  signing_key: z.looseObject({ kty: z.literal("RSA"), n: z.string(), e: z.string(), d: z.string() }),
});
export type DevelopmentState = z.output<typeof stateSchema>;

function place(home: string, name: string): string {
  return path.join(home, "development-sign-in", name);
}

/** The content of a file of ours; null where it is not there or cannot be read as what it should be: then it is made anew. */
export function readJson<S extends z.ZodType>(home: string, name: string, schema: S): z.output<S> | null {
  if (!existsSync(place(home, name))) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(place(home, name), "utf8")));
  } catch {
    return null;
  }
}

export function writeJson(home: string, name: string, value: unknown): void {
  mkdirSync(path.dirname(place(home, name)), { recursive: true, mode: 0o700 });
  const fresh = `${place(home, name)}.new`;
  writeFileSync(fresh, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(fresh, place(home, name));
}

/** The state of this home, made at the first start. `findPort` gives a free port, the one that it is asked for if it can. */
export async function ensureState(
  home: string,
  findPort: (wanted?: number) => Promise<number>,
): Promise<DevelopmentState> {
  const kept = readJson(home, "state.json", stateSchema);
  const port = await findPort(kept?.port);
  if (kept && kept.port === port) return kept;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const fresh = stateSchema.parse({
    client_secret: randomBytes(32).toString("base64url"),
    cookie_key: randomBytes(32).toString("base64url"),
    signing_key: kept?.signing_key ?? { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" },
    ...kept,
    port,
  });
  writeJson(home, "state.json", fresh);
  return fresh;
}
