/**
 * Where oidc-provider keeps what it gives out: in memory, and refresh tokens with their grants also in a file, so that who is signed in
 * stays so when the server starts again. Called by lib/dev-identity alone.
 */
import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";
import { z } from "zod";
import { readJson, writeJson } from "./state";

const file = "grants.json";
const lasting = new Set(["Grant", "RefreshToken"]);
/** Four people do not need more; the oldest go first. */
const mostRows = 2_000;

const rowSchema = z.object({ payload: z.record(z.string(), z.unknown()), expires_at: z.number() });
interface Row {
  payload: AdapterPayload;
  expires_at: number;
}

class Shelf {
  readonly rows: Map<string, Row>;

  constructor(private readonly home: string) {
    const kept = readJson(home, file, z.record(z.string(), rowSchema)) ?? {};
    this.rows = new Map(Object.entries(kept) as [string, Row][]);
  }

  get(key: string): AdapterPayload | undefined {
    const row = this.rows.get(key);
    if (!row || row.expires_at > Date.now()) return row?.payload;
    this.rows.delete(key);
    return undefined;
  }

  set(key: string, row: Row): void {
    this.rows.delete(key);
    this.rows.set(key, row);
    for (const oldest of [...this.rows.keys()].slice(0, Math.max(0, this.rows.size - mostRows)))
      this.rows.delete(oldest);
    this.save(key);
  }

  delete(key: string): void {
    if (this.rows.delete(key)) this.save(key);
  }

  private save(key: string): void {
    const isLasting = (name: string) => lasting.has(name.split(":")[0] ?? "");
    if (!isLasting(key)) return;
    const now = Date.now();
    const kept = [...this.rows].filter(([name, row]) => isLasting(name) && row.expires_at > now);
    writeJson(this.home, file, Object.fromEntries(kept));
  }
}

class ModelAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly shelf: Shelf,
  ) {}

  private find_(test: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const found = [...this.shelf.rows].find(([key, row]) => key.startsWith(`${this.model}:`) && test(row.payload));
    return found && this.shelf.get(found[0]);
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const expires_at = expiresIn === undefined ? Number.MAX_SAFE_INTEGER : Date.now() + expiresIn * 1_000;
    this.shelf.set(`${this.model}:${id}`, { payload, expires_at });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.shelf.get(`${this.model}:${id}`);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.find_((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.find_((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const key = `${this.model}:${id}`;
    const row = this.shelf.rows.get(key);
    if (row) this.shelf.set(key, { ...row, payload: { ...row.payload, consumed: Math.floor(Date.now() / 1_000) } });
  }

  async destroy(id: string): Promise<void> {
    this.shelf.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, row] of [...this.shelf.rows]) if (row.payload.grantId === grantId) this.shelf.delete(key);
  }
}

export function createAdapter(home: string): AdapterFactory {
  const shelf = new Shelf(home);
  return (model) => new ModelAdapter(model, shelf);
}
