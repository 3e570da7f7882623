"use client";

import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import type { KeyWithSecret } from "@/lib/keys/queries";

/** What a program reads from its environment: the names that OpenAI's clients know. */
function environmentOf(secret: string): string {
  return `OPENAI_BASE_URL=${window.location.origin}/v1\nOPENAI_API_KEY=${secret}`;
}

/** Shows a secret, which nobody sees again once this is closed. */
export function SecretPanel({ made: { secret }, onDone }: { made: KeyWithSecret; onDone: () => void }) {
  // It takes the place of the form that had the focus.
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), []);
  return (
    <>
      <div ref={panel} tabIndex={-1} className="space-y-4 px-4 py-4 outline-none">
        <Alert tone="warn">Copy it now: it is shown this one time and kept nowhere.</Alert>
        <CodeBlock title="Secret" text={secret} label="the secret" />
        <CodeBlock title=".env" text={environmentOf(secret)} label="the .env lines" />
      </div>
      <footer className="flex justify-end border-t border-line px-4 py-3">
        <Button tone="primary" onClick={onDone}>
          I have copied it
        </Button>
      </footer>
    </>
  );
}
