"use client";

import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Time } from "@/components/ui/time";
import type { WebhookWithSecret } from "@/lib/webhooks/queries";

// The secret is not written into it: code that is copied into a repository must not carry one.
const verifySnippet = `import { Webhook } from "standardwebhooks";

// The body as it came, before anything parses it.
const message = new Webhook(process.env.PLLM_WEBHOOK_SECRET)
  .verify(rawBody, headers);`;

/** Shows a signing secret, which nobody sees again once this is closed, and how a receiver verifies with it. */
export function WebhookSecretPanel({ made, onDone }: { made: WebhookWithSecret; onDone: () => void }) {
  // It takes the place of the form that had the focus.
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const { previous_expires_at } = made.webhook;
  return (
    <>
      <div ref={panel} tabIndex={-1} className="space-y-4 px-4 py-4 outline-none">
        <Alert tone="warn">Copy it now: it is shown this one time and kept nowhere.</Alert>
        <CodeBlock title="Secret" text={made.secret} label="the secret" />
        <CodeBlock title=".env" text={`PLLM_WEBHOOK_SECRET=${made.secret}`} label="the .env line" />
        <CodeBlock title="Verify in Node" text={verifySnippet} label="the code that verifies" />
        <p className="text-xs text-muted">
          Deliveries follow Standard Webhooks, which has libraries for most languages.
          {previous_expires_at ? (
            <>
              {" "}
              The secret before this one signs beside it until <Time value={previous_expires_at} />.
            </>
          ) : null}
        </p>
      </div>
      <footer className="flex justify-end border-t border-line px-4 py-3">
        <Button tone="primary" onClick={onDone}>
          I have copied it
        </Button>
      </footer>
    </>
  );
}
