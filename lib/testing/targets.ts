/**
 * What callers ask about: things of a team and of a person in it, each made when it is first named, so that a test pays for what it
 * uses and has fresh ones after it has changed or deleted some. Tests only.
 */
import { hashSecret } from "@/lib/auth/hash";
import { getConfig } from "@/lib/config/config";
import type { Db } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { generateLinkSecret } from "@/lib/invitations/link";
import { seal } from "@/lib/secrets/key-ring";
import { type Caller, makeSessionCookie } from "./callers";
import { makeKey, makeMember, makeTeam, makeUser } from "./factories";
import { makeAlert, makeBudget, makeUsageEvent } from "./ledger-rows";

const hourMs = 3_600_000;

export class Targets {
  private readonly made = new Map<string, Promise<string>>();

  /** `parent` is the team that the callers have their places in, or below. */
  constructor(
    private readonly db: Db,
    private readonly parent: { id: string },
    readonly caller: Caller,
  ) {}

  private once(name: string, make: () => Promise<{ id: string }>): Promise<string> {
    const existing = this.made.get(name);
    if (existing) return existing;
    const id = make().then((row) => row.id);
    this.made.set(name, id);
    return id;
  }

  /** A team in which the callers have their roles by inheritance. */
  team(): Promise<string> {
    return this.once("team", () => makeTeam(this.db, { parent_id: this.parent.id }));
  }

  /** A member of the team, who is none of the callers. */
  person(): Promise<string> {
    return this.once("person", async () => {
      const user = await makeUser(this.db);
      await makeMember(this.db, { id: await this.team() }, user);
      return user;
    });
  }

  disabledPerson(): Promise<string> {
    return this.once("disabledPerson", async () => {
      const user = await makeUser(this.db, { disabled_at: new Date() });
      await makeMember(this.db, { id: await this.team() }, user);
      return user;
    });
  }

  /** Somebody who is in no team yet. */
  stranger(): Promise<string> {
    return this.once("stranger", () => makeUser(this.db));
  }

  /** The caller, or the person where the caller is no person. */
  async self(): Promise<string> {
    return this.caller.userId ?? this.person();
  }

  private async keyOf(user_id: string, fields: Record<string, unknown> = {}): Promise<{ id: string }> {
    return (await makeKey(this.db, { user_id, team_id: await this.team(), ...fields })).key;
  }

  key(): Promise<string> {
    return this.once("key", async () => this.keyOf(await this.person()));
  }

  revokedKey(): Promise<string> {
    return this.once("revokedKey", async () => this.keyOf(await this.person(), { revoked_at: new Date() }));
  }

  blockedKey(): Promise<string> {
    return this.once("blockedKey", async () => this.keyOf(await this.person(), { blocked_at: new Date() }));
  }

  /** A key of the caller's own; the person's where the caller is none. */
  ownKey(): Promise<string> {
    return this.once("ownKey", async () => this.keyOf(await this.self(), { team_id: null }));
  }

  budget(): Promise<string> {
    return this.once("budget", async () => {
      const budget = await makeBudget(this.db, { type: "team", id: await this.team() });
      await makeAlert(this.db, budget, 50);
      return budget;
    });
  }

  provider(): Promise<string> {
    const id = newId("provider");
    const name = id.replace("_", "-");
    return this.once("provider", () =>
      this.db.provider.create({ data: { id, name, base_url: "https://provider.invalid/v1" } }),
    );
  }

  credential(): Promise<string> {
    return this.once("credential", async () => {
      const id = newId("credential");
      const place = { table: "credentials", row: id, field: "secret" };
      const secret = seal(getConfig().encryptionKeys, place, "sk-provider-0123456789abcdef");
      const provider_id = await this.provider();
      return this.db.credential.create({ data: { id, provider_id, name: id, secret, last_four: "cdef" } });
    });
  }

  model(): Promise<string> {
    return this.once("model", async () => {
      const id = newId("model");
      return this.db.model.create({ data: { id, provider_id: await this.provider(), name: id, upstream_name: id } });
    });
  }

  webhook(): Promise<string> {
    return this.once("webhook", () => {
      const id = newId("webhook");
      const place = { table: "webhooks", row: id, field: "secret" };
      const secret = seal(getConfig().encryptionKeys, place, `whsec_${Buffer.alloc(24, 7).toString("base64")}`);
      return this.db.webhook.create({ data: { id, url: "https://receiver.invalid/hook", secret } });
    });
  }

  delivery(): Promise<string> {
    return this.once("delivery", async () => {
      const message = await this.db.message.create({ data: { id: newId("message"), type: "team.created", data: {} } });
      return this.db.delivery.create({
        data: { id: newId("delivery"), webhook_id: await this.webhook(), message_id: message.id, state: "failed" },
      });
    });
  }

  /** A finished call of the person's. */
  event(): Promise<string> {
    return this.once("event", async () =>
      makeUsageEvent(this.db, { user_id: await this.person(), team_id: await this.team(), cost_nano: 1_000n }),
    );
  }

  private async requestBy(user_id: string): Promise<{ id: string }> {
    return this.db.budgetRequest.create({
      data: {
        id: newId("budgetRequest"),
        budget_id: await this.budget(),
        user_id,
        amount_nano: 1_000_000_000n,
        until: new Date(Date.now() + hourMs),
        reason: "more",
      },
    });
  }

  /** What the person asked for. */
  request(): Promise<string> {
    return this.once("request", async () => this.requestBy(await this.person()));
  }

  /** What the caller asked for; the person where the caller is none. */
  ownRequest(): Promise<string> {
    return this.once("ownRequest", async () => this.requestBy(await this.self()));
  }

  /** A budget on the caller alone; on the person where the caller is none. */
  ownBudget(): Promise<string> {
    return this.once("ownBudget", async () => makeBudget(this.db, { type: "user", id: await this.self() }));
  }

  /** The secret of an invitation's link. */
  readonly invitationSecret = generateLinkSecret();

  invitation(): Promise<string> {
    return this.once("invitation", async () => {
      const user = await makeUser(this.db);
      return this.db.invitation.create({
        data: {
          id: newId("invitation"),
          user_id: user.id,
          email: user.email,
          team_id: await this.team(),
          team_role: "member",
          secret_hash: hashSecret(this.invitationSecret),
          created_by: "master",
          expires_at: new Date(Date.now() + hourMs),
        },
      });
    });
  }

  /** Another session of the caller's; the person's where the caller has none. */
  ownSession(): Promise<string> {
    const { masterKeyId } = this.caller;
    return this.once("ownSession", async () =>
      makeSessionCookie(this.db, masterKeyId ? { master_key_id: masterKeyId } : { user_id: await this.self() }),
    );
  }

  /** A session of somebody else. */
  session(): Promise<string> {
    return this.once("session", async () => makeSessionCookie(this.db, { user_id: await this.person() }));
  }
}
