/** This process's sign of life: reservations are swept once it has run out. Only the ledger calls this. */
import type pg from "pg";

export class ProcessLease {
  #validUntilMs = 0;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #steadySinceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: pg.Pool,
    readonly processId: string,
    private readonly leaseMs: number,
  ) {}

  start(): void {
    // A renewal that fails is tried again at the next tick, and by `ensure` before the next reservation.
    this.#timer = setInterval(() => void this.renew().catch(() => undefined), this.leaseMs / 4);
  }

  /** Renews unless enough of the lease is left. Rejects where the database cannot be reached: then nothing may be reserved. */
  async ensure(): Promise<void> {
    if (performance.now() > this.#validUntilMs - this.leaseMs / 3) await this.renew();
  }

  /**
   * Whether this process has renewed without a gap for a whole lease. If not, the database may have been away, and others look
   * dead only because they could not renew either: they get as long as a lease to show themselves.
   */
  get isSteady(): boolean {
    const nowMs = performance.now();
    return nowMs < this.#validUntilMs && nowMs - this.#steadySinceMs > this.leaseMs;
  }

  async renew(): Promise<void> {
    const askedAtMs = performance.now();
    await this.pool.query({
      name: "renew-lease",
      text: `INSERT INTO gateway_processes (id, lease_until) VALUES ($1, now() + $2 * interval '1 millisecond')
             ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until`,
      values: [this.processId, this.leaseMs],
    });
    if (askedAtMs - this.#renewedAtMs > this.leaseMs / 2) this.#steadySinceMs = askedAtMs;
    this.#renewedAtMs = askedAtMs;
    this.#validUntilMs = askedAtMs + this.leaseMs;
  }

  /** Gives the lease back: whatever this process still holds may be swept at once. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.pool.query("DELETE FROM gateway_processes WHERE id = $1", [this.processId]);
  }
}
