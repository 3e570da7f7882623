import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { webhookSecret } from "@/lib/config/kinds";
import { generateWebhookSecret, signedHeaders } from "./signature";

const now = () => Math.floor(Date.now() / 1000);
const verify = (secret: string, body: string, headers: Record<string, string>) =>
  new Webhook(secret).verify(body, headers);

test("the standardwebhooks package accepts every body that we sign, and returns it", () => {
  fc.assert(
    fc.property(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, bytes) => {
      const secret = `whsec_${Buffer.from(bytes).toString("base64")}`;
      const headers = signedHeaders([secret], { id: "msg_1", timestampSeconds: now(), body });
      expect(verify(secret, body, headers)).toEqual(JSON.parse(body));
    }),
  );
});

test("it refuses another body, id, time or secret", () => {
  const [secret, other] = [generateWebhookSecret(), generateWebhookSecret()];
  const body = '{"type":"key.created"}';
  const headers = signedHeaders([secret], { id: "msg_1", timestampSeconds: now(), body });
  expect(verify(secret, body, headers)).toEqual({ type: "key.created" });
  expect(() => verify(other, body, headers)).toThrow();
  expect(() => verify(secret, `${body} `, headers)).toThrow();
  expect(() => verify(secret, body, { ...headers, "webhook-id": "msg_2" })).toThrow();
  expect(() => verify(secret, body, { ...headers, "webhook-timestamp": String(now() + 1) })).toThrow();
});

test("during a rotation either secret verifies, and no third", () => {
  const [fresh, old, third] = [generateWebhookSecret(), generateWebhookSecret(), generateWebhookSecret()];
  const body = "{}";
  const headers = signedHeaders([fresh, old], { id: "msg_1", timestampSeconds: now(), body });
  expect(headers["webhook-signature"]).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
  expect(verify(fresh, body, headers)).toEqual({});
  expect(verify(old, body, headers)).toEqual({});
  expect(() => verify(third, body, headers)).toThrow();
});

test("the signature is that of the specification's example", () => {
  const headers = signedHeaders(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
  });
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("a new secret holds 256 bits, is never the same, and would pass as BUDGET_ALERT_WEBHOOK_SECRET", () => {
  const secrets = Array.from({ length: 100 }, generateWebhookSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(Buffer.from(secret.slice("whsec_".length), "base64").length).toBe(32);
    expect(webhookSecret.parse(secret)).toBe(secret);
  }
});
