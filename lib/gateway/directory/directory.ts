/**
 * The gateway's read port: what it knows of keys, people, teams, models and providers. The pipeline asks it; nothing is
 * written through it.
 *
 * The small tables are held whole as a snapshot; keys are loaded when first used. Staleness is bounded by the change feed
 * (`directory_changes`, filled by triggers): a notice wakes the reader at once, a poll twice a second is the safety net,
 * and a call that finds the last look older than `maxAgeMs` looks again before it is admitted.
 */
import pg from "pg";
import { hashSecret } from "@/lib/auth/hash";
import type { Clock } from "@/lib/clock";
import { log } from "@/lib/log";
import type { KeyRing } from "@/lib/secrets/key-ring";
import type { ManagingConfig } from "@/lib/settings/schema";
import { loadKey, loadSnapshot } from "./load";
import type { KeyEntry, Snapshot } from "./types";

export interface DirectoryOptions {
  databaseUrl: string;
  pool: pg.Pool;
  ring: KeyRing;
  clock: Clock;
  /** The configuration file's settings, which stand above the stored ones. */
  config: ManagingConfig;
}

const pollIntervalMs = 500;
const maxAgeMs = 800;
const unknownKeptMs = 1_000;
const maxKeys = 200_000;
const relistenMs = 1_000;

interface CachedKey {
  entry: KeyEntry | null;
  loadedAtMs: number;
}

interface ChangeRow {
  xmin: string;
  changes: [seq: number, entity: string, entityId: string][] | null;
}

export class Directory {
  #snapshot: Snapshot | undefined;
  readonly #keys = new Map<string, CachedKey>();
  /** Hashes by the id of a key or user that they depend on. */
  readonly #dependants = new Map<string, Set<string>>();
  readonly #loading = new Map<string, { promise: Promise<KeyEntry | null>; isStale: boolean }>();
  #xmin = "0";
  #seen = new Set<number>();
  #lastSyncMs = 0;
  #syncing: Promise<void> | undefined;
  /** A notice came while the feed was being read: what it tells of may have been missed. */
  #isNoticed = false;
  #timer: NodeJS.Timeout | undefined;
  #listener: pg.Client | undefined;
  #isClosed = false;

  private constructor(private readonly options: DirectoryOptions) {}

  /** A directory that has read its snapshot and follows the change feed. */
  static async open(options: DirectoryOptions): Promise<Directory> {
    const directory = new Directory(options);
    const { rows } = await options.pool.query<{ xmin: string }>(
      "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin",
    );
    directory.#xmin = rows[0]?.xmin ?? "0";
    directory.#snapshot = await loadSnapshot(options.pool, options.ring, options.config);
    directory.#lastSyncMs = options.clock.now();
    void directory.#listen();
    directory.#timer = setInterval(() => void directory.sync().catch(() => undefined), pollIntervalMs);
    return directory;
  }

  get snapshot(): Snapshot {
    if (!this.#snapshot) throw new Error("the directory is not open");
    return this.#snapshot;
  }

  /** How long ago the change feed was last read, in milliseconds. */
  get ageMs(): number {
    return this.options.clock.now() - this.#lastSyncMs;
  }

  /** The key of a secret, or null where there is none. Rejects where the database cannot be asked and must be. */
  async findKey(secret: string): Promise<KeyEntry | null> {
    if (this.ageMs > maxAgeMs) await this.sync();
    const hash = hashSecret(secret);
    const cached = this.#keys.get(hash);
    if (cached && (cached.entry || this.options.clock.now() - cached.loadedAtMs < unknownKeptMs)) return cached.entry;
    return this.#load(hash);
  }

  /** Reads what changed since the last look. Concurrent callers share one look. */
  sync(): Promise<void> {
    this.#syncing ??= this.#readChanges().finally(() => {
      this.#syncing = undefined;
      if (this.#isNoticed) this.#noticed();
    });
    return this.#syncing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#syncing?.catch(() => undefined);
    await this.#listener?.end().catch(() => undefined);
  }

  #noticed(): void {
    this.#isNoticed = this.#syncing !== undefined;
    if (this.#isNoticed || this.#isClosed) return;
    this.sync().catch((error) => log.warn({ err: error }, "the change feed could not be read"));
  }

  async #readChanges(): Promise<void> {
    const startedAtMs = this.options.clock.now();
    // A row is visible only once its transaction has committed, which may be long after its number was drawn. So the feed
    // is read from the oldest transaction that was still open at the last look, and rows already acted on are skipped.
    const { rows } = await this.options.pool.query<ChangeRow>({
      name: "directory-changes",
      text: `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin,
                    (SELECT json_agg(json_build_array(seq, entity, entity_id)) FROM directory_changes WHERE xid >= $1::text::xid8) AS changes`,
      values: [this.#xmin],
    });
    const [row] = rows;
    if (!row) return;
    const changes = row.changes ?? [];
    const fresh = changes.filter(([seq]) => !this.#seen.has(seq));
    for (const [, entity, entityId] of fresh) if (entity !== "snapshot") this.#forget(entityId);
    if (fresh.length > 0) for (const load of this.#loading.values()) load.isStale = true;
    if (fresh.some(([, entity]) => entity === "snapshot")) await this.#reload();
    this.#seen = new Set(changes.map(([seq]) => seq));
    this.#xmin = row.xmin;
    this.#lastSyncMs = startedAtMs;
  }

  async #reload(): Promise<void> {
    this.#snapshot = await loadSnapshot(this.options.pool, this.options.ring, this.options.config);
  }

  #forget(id: string): void {
    for (const hash of this.#dependants.get(id) ?? []) this.#keys.delete(hash);
    this.#dependants.delete(id);
  }

  #load(hash: string): Promise<KeyEntry | null> {
    const running = this.#loading.get(hash);
    if (running) return running.promise;
    const load = { isStale: false, promise: Promise.resolve<KeyEntry | null>(null) };
    load.promise = this.#loadUntilFresh(hash, load).finally(() => this.#loading.delete(hash));
    this.#loading.set(hash, load);
    return load.promise;
  }

  // A change that arrives while a key is being read may or may not be in what was read, so it is read again.
  async #loadUntilFresh(hash: string, load: { isStale: boolean }): Promise<KeyEntry | null> {
    let entry: KeyEntry | null;
    do {
      load.isStale = false;
      entry = await loadKey(this.options.pool, hash);
    } while (load.isStale && !this.#isClosed);
    this.#remember(hash, entry);
    return entry;
  }

  #remember(hash: string, entry: KeyEntry | null): void {
    if (this.#keys.size >= maxKeys) {
      const oldest = this.#keys.keys().next().value;
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    this.#keys.set(hash, { entry, loadedAtMs: this.options.clock.now() });
    for (const id of entry?.dependsOn ?? []) {
      const hashes = this.#dependants.get(id);
      if (hashes) hashes.add(hash);
      else this.#dependants.set(id, new Set([hash]));
    }
  }

  async #listen(): Promise<void> {
    if (this.#isClosed) return;
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: "pllm-directory",
      keepAlive: true,
    });
    this.#listener = client;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      isOver = true;
      client.end().catch(() => undefined);
      if (!this.#isClosed) setTimeout(() => void this.#listen(), relistenMs).unref();
    };
    client.on("error", again);
    client.on("end", again);
    client.on("notification", () => this.#noticed());
    try {
      await client.connect();
      await client.query("LISTEN pllm_directory");
      await this.sync();
    } catch {
      again();
    }
  }
}
