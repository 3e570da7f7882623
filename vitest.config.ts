import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "@": path.resolve(import.meta.dirname) };
// What a running server would have been given; nothing here opens anything outside a test's own database.
const env = {
  NEXTAUTH_URL: "http://127.0.0.1:3000",
  NEXTAUTH_SECRET: "tests-only-session-secret-7Kq2vWm9XcRz4LpT",
  ENCRYPTION_KEYS: "test:5QznN13aFQIExt8inyCzv2z7dOt+6nwPhKV6Tlou+DU=",
  PLLM_MASTER_KEY: "tests-only-master-Zr8Qw3Lx6Vn1",
};
const database = {
  env,
  globalSetup: ["lib/testing/global-setup.ts"],
  hookTimeout: 60_000,
  testTimeout: 60_000,
  pool: "forks" as const,
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "pure",
          include: ["{lib,components,cli,scripts,app}/**/*.test.ts"],
          exclude: ["**/*.db.test.ts", "**/*.http.test.ts"],
          testTimeout: 30_000,
        },
      },
      { resolve: { alias }, test: { name: "db", include: ["{lib,app,cli}/**/*.db.test.ts"], ...database } },
      {
        resolve: { alias },
        // Whole processes are started and killed here: one file at a time, or they would starve each other on two cores.
        test: {
          name: "http",
          include: ["{lib,app,cli,tests}/**/*.http.test.ts"],
          fileParallelism: false,
          ...database,
          testTimeout: 180_000,
        },
      },
    ],
  },
});
