/** A gateway's directory without a gateway around it. Tests only. */
import type pg from "pg";
import { systemClock } from "@/lib/clock";
import { createPool } from "@/lib/db/pool";
import { Directory } from "@/lib/gateway/directory/directory";
import { testConfig } from "./gateway";

export interface OpenedDirectory {
  directory: Directory;
  /** What it reads through. */
  pool: pg.Pool;
  close(): Promise<void>;
}

export interface DirectoryUrls {
  /** Where it reads. */
  url: string;
  /** Where it listens for notices; the same by default. One that leads nowhere leaves it with polling. */
  listenUrl?: string;
}

export async function openDirectory({ url, listenUrl = url }: DirectoryUrls): Promise<OpenedDirectory> {
  const config = testConfig();
  const pool = createPool(url);
  const directory = await Directory.open({
    databaseUrl: listenUrl,
    pool,
    ring: config.encryptionKeys,
    clock: systemClock,
    config,
  });
  return {
    directory,
    pool,
    close: async () => {
      await directory.close();
      await pool.end();
    },
  };
}
