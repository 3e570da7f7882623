import { expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { RefusalLog, type RefusedCall } from "./refusals";

const t = openTestDatabase();

const refusal = (fields: Partial<RefusedCall>): RefusedCall => ({
  request_id: newId("request"),
  key_id: newId("key"),
  user_id: null,
  team_id: null,
  team_path: [],
  endpoint: "chat",
  model: "m",
  http_status: 404,
  error_code: "model_not_found",
  message: "There is no such model.",
  details: null,
  client: null,
  ...fields,
});

test("a refusal that no row holds is left out, and those beside it are noted once", async () => {
  const refusals = new RefusalLog(t.pool, createFakeClock(Date.now()));
  const before = refusal({});
  const after = refusal({});
  refusals.note(before);
  refusals.note(refusal({ http_status: 2 ** 40 }));
  refusals.note(after);
  await refusals.flush();
  refusals.note(after);
  await refusals.close();
  const rows = await t.db.refusal.findMany();
  expect(Object.fromEntries(rows.map(({ key_id, count }) => [key_id, count]))).toEqual({
    [before.key_id ?? ""]: 1,
    [after.key_id ?? ""]: 2,
  });
});
