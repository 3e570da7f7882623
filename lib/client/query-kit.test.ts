import { expect, test, vi } from "vitest";
import { ApiError } from "./api-error";
import { createKeys, createQueryClient } from "./query-kit";

const refusal = (code: "forbidden" | "unauthenticated") =>
  new ApiError({ code, message: "no", status: code === "forbidden" ? 403 : 401 });

/** Reads with a client whose waits between attempts are left out; gives how often it asked. */
async function read(fail: () => Error | null, onSignedOut = () => {}): Promise<number> {
  let asked = 0;
  const queryFn = async () => {
    asked += 1;
    const error = fail();
    if (error) throw error;
    return asked;
  };
  const client = createQueryClient(onSignedOut);
  await client
    .fetchQuery({ queryKey: ["x"], queryFn, ...client.getDefaultOptions().queries, retryDelay: 0 })
    .catch(() => undefined);
  return asked;
}

test("a refusal is not asked for again; a server that does not answer is, twice", async () => {
  expect(await read(() => refusal("forbidden"))).toBe(1);
  expect(await read(() => new ApiError({ code: "unreachable", message: "no" }))).toBe(3);
  expect(await read(() => new ApiError({ code: "internal", message: "no", status: 500 }))).toBe(3);
  expect(await read(() => new TypeError("a bug in a view"))).toBe(1);
});

test("an answer that comes at the second attempt ends the attempts", async () => {
  let failures = 1;
  expect(await read(() => (failures-- > 0 ? new ApiError({ code: "unreachable", message: "no" }) : null))).toBe(2);
});

test("the end of a session is told once per read, other refusals are not", async () => {
  const onSignedOut = vi.fn();
  await read(() => refusal("forbidden"), onSignedOut);
  expect(onSignedOut).not.toHaveBeenCalled();
  await read(() => refusal("unauthenticated"), onSignedOut);
  expect(onSignedOut).toHaveBeenCalledTimes(1);
});

test("whatever is read of a domain goes stale with it, and nothing of another", () => {
  const keys = createKeys("teams");
  for (const key of [keys.list(), keys.list({ q: "a" }), keys.detail("team_1"), keys.view("tree")])
    expect(key.slice(0, keys.all.length)).toEqual(keys.all);
  expect(keys.list({ q: "a" })).not.toEqual(keys.list({ q: "b" }));
  expect(keys.detail("list")).not.toEqual(keys.list());
});
