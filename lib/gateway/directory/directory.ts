/**
 * The gateway's read port: what it knows of keys, people, teams, models and providers. The pipeline asks it; nothing is
 * written through it.
 *
 * The small tables are held whole as a snapshot; keys are loaded when first used. Staleness is bounded by the change feed
 * (`directory_changes`, filled by triggers): a notice wakes the reader at once, a poll twice a second is the safety net,
 * and a call that finds the last look older than `maxAgeMs`, or whose key is new here, looks again before it is admitted.
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

type Change = [seq: number, entity: string, entityId: string];

interface FeedRow {
  xmin: string;
  changes: Change[] | null;
}

interface Load {
  promise: Promise<KeyEntry | null>;
  /** Ids of what changed while the key was being read, or its own hash: everything may have. */
  changed: Set<string>;
}

const xminText = "pg_snapshot_xmin(pg_current_snapshot())::text AS xmin";

export class Directory {
  #snapshot: Snapshot | undefined;
  readonly #keys = new Map<string, CachedKey>();
  /** Hashes by the id of a key, user or team that they depend on. */
  readonly #dependants = new Map<string, Set<string>>();
  readonly #loading = new Map<string, Load>();
  #xmin = "0";
  #seen = new Set<number>();
  #lastSyncMs = 0;
  #looking: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  /** Where in the feed this directory stands is not certain, so that the next look starts over. */
  #isLost = true;
  #timer: NodeJS.Timeout | undefined;
  #listener: pg.Client | undefined;
  #isClosed = false;

  private constructor(private readonly options: DirectoryOptions) {}

  /** A directory that has read its snapshot and follows the change feed. */
  static async open(options: DirectoryOptions): Promise<Directory> {
    const directory = new Directory(options);
    await directory.sync();
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

  /**
   * Resolves when everything that was committed before this call is known here. A look at the feed that is under way may have
   * begun too early for that, so callers who come during one share the next.
   */
  sync(): Promise<void> {
    if (this.#nextLook) return this.#nextLook;
    if (!this.#looking) return this.#startLook();
    this.#nextLook = this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#nextLook = undefined;
        return this.#startLook();
      });
    return this.#nextLook;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#nextLook?.catch(() => undefined);
    await this.#looking?.catch(() => undefined);
    await this.#listener?.end().catch(() => undefined);
  }

  #startLook(): Promise<void> {
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return;
    const startedAtMs = this.options.clock.now();
    try {
      if (this.#isLost) await this.#startOver();
      else await this.#readChanges();
    } catch (error) {
      // A database that comes back may be another one, a standby whose transaction numbers went another way.
      this.#isLost = true;
      throw error;
    }
    this.#lastSyncMs = startedAtMs;
  }

  async #startOver(): Promise<void> {
    const { rows } = await this.options.pool.query<{ xmin: string }>(`SELECT ${xminText}`);
    this.#keys.clear();
    this.#dependants.clear();
    for (const [hash, load] of this.#loading) load.changed.add(hash);
    await this.#reload();
    this.#seen = new Set();
    this.#xmin = rows[0]?.xmin ?? "0";
    this.#isLost = false;
  }

  async #readChanges(): Promise<void> {
    // A row is visible only once its transaction has committed, which may be long after its number was drawn. So the feed
    // is read from the oldest transaction that was still open at the last look, and rows already acted on are skipped.
    const { rows } = await this.options.pool.query<FeedRow>({
      name: "directory-changes",
      text: `SELECT ${xminText},
                    (SELECT json_agg(json_build_array(seq, entity, entity_id)) FROM directory_changes WHERE xid >= $1::text::xid8) AS changes`,
      values: [this.#xmin],
    });
    const changes = rows[0]?.changes ?? [];
    const fresh = changes.filter(([seq]) => !this.#seen.has(seq));
    for (const [, entity, entityId] of fresh) if (entity !== "snapshot") this.#forget(entityId);
    if (fresh.some(([, entity]) => entity === "snapshot")) await this.#reload();
    this.#seen = new Set(changes.map(([seq]) => seq));
    this.#xmin = rows[0]?.xmin ?? this.#xmin;
  }

  async #reload(): Promise<void> {
    const before = this.#snapshot?.teams;
    this.#snapshot = await loadSnapshot(this.options.pool, this.options.ring, this.options.config);
    if (!before) return;
    // Where a team stands decides whose member budgets count and who is its member; keys carry the outcome.
    for (const { teamId, path } of this.#snapshot.teams.values())
      if (before.get(teamId)?.path.join() !== path.join()) this.#forget(teamId);
  }

  #forget(id: string): void {
    for (const hash of this.#dependants.get(id) ?? []) this.#keys.delete(hash);
    this.#dependants.delete(id);
    for (const load of this.#loading.values()) load.changed.add(id);
  }

  #load(hash: string): Promise<KeyEntry | null> {
    const running = this.#loading.get(hash);
    if (running) return running.promise;
    const load: Load = { changed: new Set(), promise: Promise.resolve(null) };
    this.#loading.set(hash, load);
    load.promise = this.#loadUntilFresh(hash, load).finally(() => this.#loading.delete(hash));
    return load.promise;
  }

  // A change that arrives while a key is being read may or may not be in what was read, so it is read again. The snapshot is
  // brought up to date meanwhile: a key must not be let through by teams and budgets older than itself.
  async #loadUntilFresh(hash: string, load: Load): Promise<KeyEntry | null> {
    const synced = this.sync();
    const read = async () => {
      load.changed.clear();
      return loadKey(this.options.pool, hash);
    };
    const isStale = (entry: KeyEntry | null) => [hash, ...(entry?.dependsOn ?? [])].some((id) => load.changed.has(id));
    let [entry] = await Promise.all([read(), synced]);
    while (isStale(entry) && !this.#isClosed) entry = await read();
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
    client.on("notification", () => {
      this.sync().catch((error) => log.warn({ err: error }, "the change feed could not be read"));
    });
    try {
      await client.connect();
      await client.query("LISTEN pllm_directory");
      await this.sync();
    } catch {
      again();
    }
  }
}
