/**
 * Which of a provider's credentials a call uses: by weight among those that are not cooling down. A credential that the
 * provider refused (401, 403, 429, 5xx, no connection) rests for a while, in this process at once and in the others by the row, which is
 * also what the API shows. A credential that is given a new key has not been refused: it rests no longer.
 */
import type pg from "pg";
import { log } from "@/lib/log";
import type { Credential, ProviderRoute } from "../directory/types";

export class CredentialChooser {
  readonly #cooldowns = new Map<string, { secret: string; untilMs: number }>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * The credentials to try, in order: a weighted draw without replacement over the rested ones. Where all are cooling down, the
   * one that recovers first is tried all the same, since refusing for certain would help nobody.
   */
  order(provider: ProviderRoute, nowMs: number): Credential[] {
    const until = (credential: Credential) => Math.max(credential.cooldownUntilMs, this.#restOf(credential));
    const rested = provider.credentials.filter((credential) => until(credential) <= nowMs);
    if (rested.length === 0) return [...provider.credentials].sort((a, b) => until(a) - until(b)).slice(0, 1);
    if (rested.length === 1) return rested;
    // Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006): sort by u^(1/w).
    return rested
      .map((credential) => ({ credential, rank: this.random() ** (1 / credential.weight) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ credential }) => credential);
  }

  /** Until when it rests as far as this process knows by itself; 0 where its key is another one by now. */
  #restOf({ id, secret }: Credential): number {
    const rest = this.#cooldowns.get(id);
    return rest?.secret === secret ? rest.untilMs : 0;
  }

  /** Lets a credential rest until `untilMs`; `cause` is a short word such as `http_429`. */
  coolDown(credential: Credential, cause: string, untilMs: number): void {
    if (this.#restOf(credential) >= untilMs) return;
    this.#cooldowns.set(credential.id, { secret: credential.secret, untilMs });
    this.pool
      .query(
        `UPDATE credentials SET cooldown_until = $2, cooldown_cause = $3
         WHERE id = $1 AND (cooldown_until IS NULL OR cooldown_until < $2::timestamptz - interval '1 second')`,
        [credential.id, new Date(untilMs), cause],
      )
      .catch((error) => log.warn({ err: error }, "a cooldown could not be shared with the other processes"));
  }
}
