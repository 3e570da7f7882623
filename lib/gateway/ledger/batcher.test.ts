import fc from "fast-check";
import { expect, test } from "vitest";
import { Batcher } from "./batcher";

class ItemFault extends Error {}

/** A writer that waits for each batch to be let go, and notes what it was given. */
function openWriter() {
  const batches: number[][] = [];
  const waiting: (() => void)[] = [];
  let active = 0;
  const write = async (items: readonly number[]): Promise<string[]> => {
    active += 1;
    expect(active).toBe(1);
    batches.push([...items]);
    await new Promise<void>((resolve) => waiting.push(resolve));
    active -= 1;
    return items.map((item) => `written ${item}`);
  };
  const letGo = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { write, batches, letGo };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const options = { maxItems: 3, isItemFault: (error: unknown) => error instanceof ItemFault };

test("what comes while a batch is being written goes together, in order of arrival, at most so many at once", async () => {
  const { write, batches, letGo } = openWriter();
  const batcher = new Batcher({ ...options, write });
  const first = batcher.add(0);
  await nextTurn();
  const rest = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
  expect(batches).toEqual([[0]]);
  expect(batcher.depth).toBe(5);
  await letGo();
  expect(await first).toBe("written 0");
  expect(batches).toEqual([[0], [1, 2, 3]]);
  // A latecomer waits behind everyone who was there before.
  const late = batcher.add(6);
  await letGo();
  await letGo();
  expect(batches).toEqual([[0], [1, 2, 3], [4, 5, 6]]);
  expect(await Promise.all([...rest, late])).toEqual([1, 2, 3, 4, 5, 6].map((item) => `written ${item}`));
});

test("calls of one turn of the event loop share the first batch", async () => {
  const { write, batches, letGo } = openWriter();
  const batcher = new Batcher({ ...options, write });
  const all = Promise.all([1, 2, 3].map((item) => batcher.add(item)));
  await nextTurn();
  await letGo();
  expect(await all).toHaveLength(3);
  expect(batches).toEqual([[1, 2, 3]]);
});

test("a failure reaches its own batch and nobody else", async () => {
  let batch = 0;
  const batcher = new Batcher({
    ...options,
    write: async (items: readonly number[]) => {
      batch += 1;
      if (batch === 1) throw new Error("the database went away");
      return items;
    },
  });
  const results = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
  expect(await batcher.add(5)).toBe(5);
});

test("an item's own fault reaches that item and nobody else, and the order stays", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 16 }),
      async (faults, maxItems) => {
        const written: number[] = [];
        const batcher = new Batcher({
          ...options,
          maxItems,
          write: async (items: readonly number[]) => {
            if (items.some((item) => faults[item])) throw new ItemFault();
            written.push(...items);
            return items;
          },
        });
        const results = await Promise.allSettled(faults.map((_fault, item) => batcher.add(item)));
        expect(results.map(({ status }) => status === "rejected")).toEqual(faults);
        expect(written).toEqual(faults.flatMap((isFaulty, item) => (isFaulty ? [] : [item])));
      },
    ),
    { numRuns: 200 },
  );
});

test("a writer that throws instead of rejecting does not stop the ones after it", async () => {
  let isBroken = true;
  const batcher = new Batcher<number, number>({
    ...options,
    write: (items) => {
      if (isBroken) throw new Error("broken");
      return Promise.resolve(items);
    },
  });
  await expect(batcher.add(1)).rejects.toThrow("broken");
  isBroken = false;
  expect(await batcher.add(2)).toBe(2);
});

test("draining waits for what was added, also while it drains, and for nothing where nothing was", async () => {
  const { write, letGo } = openWriter();
  const batcher = new Batcher({ ...options, write });
  await batcher.drain();
  const answered: string[] = [];
  const add = (item: number) => batcher.add(item).then((answer) => answered.push(answer));
  void add(1);
  let isDrained = false;
  const drained = batcher.drain().then(() => {
    isDrained = true;
  });
  await nextTurn();
  void add(2);
  await letGo();
  expect([isDrained, answered]).toEqual([false, ["written 1"]]);
  await letGo();
  await drained;
  expect(answered).toEqual(["written 1", "written 2"]);
  expect(batcher.depth).toBe(0);
});
