import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { defaultSettings } from "@/lib/settings/schema";
import { readSettings } from "@/lib/settings/service";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const admin = async () => api.as(await makeAdminBearer(t.db));

describe("settings", () => {
  test("start with the defaults, managed by nobody", async () => {
    const { status, body, headers } = await (await admin()).get("/settings");
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...defaultSettings, managed_by: {}, version: 1 });
    expect(headers.get("etag")).toBe('"1"');
  });

  test("a change keeps what was not sent, is audited, and reaches the services and the gateway's feed", async () => {
    const caller = await admin();
    const feed = () => t.db.directoryChange.count({ where: { entity: "snapshot", entity_id: "settings" } });
    const before = await feed();
    await caller.patch("/settings", { cooldown_seconds: 5 });
    const { status, body } = await caller.patch("/settings", {
      unknown_price_policy: "ceiling",
      ceiling_price: { input_per_mtok_usd: "1.5", output_per_mtok_usd: "3" },
      alert_thresholds: [90, 10, 90],
    });
    expect(status).toBe(200);
    const changed = {
      cooldown_seconds: 5,
      unknown_price_policy: "ceiling",
      ceiling_price: { input_per_mtok_usd: "1.5", output_per_mtok_usd: "3" },
      alert_thresholds: [10, 90],
    };
    expect(body).toMatchObject(changed);
    expect(await readSettings(t.db)).toEqual({ ...defaultSettings, ...changed });
    expect(await feed()).toBe(before + 2);
    const [entry] = await t.db.auditEntry.findMany({ orderBy: { seq: "desc" }, take: 1 });
    expect(entry).toMatchObject({
      action: "settings.updated",
      before: { unknown_price_policy: "refuse", alert_thresholds: [50, 75, 90, 100] },
      after: { unknown_price_policy: "ceiling", alert_thresholds: [10, 90] },
    });
  });

  test.each([
    [{ cooldown_seconds: -1 }, "cooldown_seconds"],
    [{ alert_thresholds: [0] }, "alert_thresholds.0"],
    [{ unknown_price_policy: "free" }, "unknown_price_policy"],
    [
      { ceiling_price: { input_per_mtok_usd: "1000001", output_per_mtok_usd: "2" } },
      "ceiling_price.input_per_mtok_usd",
    ],
    [{ ceiling_price: { input_per_mtok_usd: 1, output_per_mtok_usd: "2" } }, "ceiling_price.input_per_mtok_usd"],
    [{ colour: "red" }, "colour"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await (await admin()).patch("/settings", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
  });

  test("are an administrator's alone", async () => {
    expect((await api.get("/settings")).status).toBe(401);
    for (const role of ["manager", "user", "viewer"]) {
      const { bearer } = await makePerson(t.db, { role });
      expect((await api.as(bearer).get("/settings")).status).toBe(403);
      expect((await api.as(bearer).patch("/settings", { cooldown_seconds: 1 })).status).toBe(403);
    }
  });

  test("a stale If-Match is refused and changes nothing", async () => {
    const caller = await admin();
    const etag = (await caller.get("/settings")).headers.get("etag") ?? "";
    expect((await caller.patch("/settings", { cooldown_seconds: 7 }, { headers: { "if-match": etag } })).status).toBe(
      200,
    );
    const stale = await caller.patch("/settings", { cooldown_seconds: 8 }, { headers: { "if-match": etag } });
    expect(stale.status).toBe(412);
    expect((await caller.get("/settings")).body.cooldown_seconds).toBe(7);
  });
});
