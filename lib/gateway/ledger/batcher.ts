/**
 * Group commit: while one batch is being written, the next one gathers. A lone item is written at once; under load the
 * cost of a transaction is shared by all that waited for it. Items are written in the order in which they came.
 */
export interface BatcherOptions<Item, Result> {
  /** Writes a batch as one unit; answers one result per item, in order. */
  write: (items: readonly Item[]) => Promise<readonly Result[]>;
  maxItems: number;
  /** Whether a failure may be the fault of single items: then the batch is divided, until it reaches only those. */
  isItemFault: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export class Batcher<Item, Result> {
  #queue: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;
  #newest: Promise<Result> | undefined;

  constructor(private readonly options: BatcherOptions<Item, Result>) {}

  get depth(): number {
    return this.#queue.length;
  }

  add(item: Item): Promise<Result> {
    this.#newest = new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
    return this.#newest;
  }

  /** The answer of the item that came last, with which all are answered; undefined where none waits. */
  get newest(): Promise<Result> | undefined {
    return this.#running && this.#newest;
  }

  /** Resolves when everything that was added has been answered. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Calls that arrive in the same turn of the event loop share the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0, this.options.maxItems));
    this.#running = undefined;
  }

  async #write(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.options.write(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => void resolve(results[index] as Result));
    } catch (error) {
      if (batch.length > 1 && this.options.isItemFault(error)) {
        const middle = Math.ceil(batch.length / 2);
        await this.#write(batch.slice(0, middle));
        await this.#write(batch.slice(middle));
      } else for (const { reject } of batch) reject(error);
    }
  }
}
