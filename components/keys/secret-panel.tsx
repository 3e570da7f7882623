"use client";

import { ExternalLink } from "lucide-react";
import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button, buttonLook } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import type { KeyWithSecret } from "@/lib/keys/queries";
import { connectKeyPath } from "@/lib/paths";

/** What a program reads from its environment: the names that OpenAI's clients know. */
function environmentOf(secret: string): string {
  return `OPENAI_BASE_URL=${window.location.origin}/v1\nOPENAI_API_KEY=${secret}`;
}

/** Shows a secret, which nobody sees again once this is closed. */
export function SecretPanel({ made: { key, secret }, onDone }: { made: KeyWithSecret; onDone: () => void }) {
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
      <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
        {/* Beside this page, because the secret goes with it. */}
        <a href={connectKeyPath(key.id)} target="_blank" rel="noopener" className={buttonLook()}>
          How to call with it
          <ExternalLink aria-hidden="true" className="size-3.5" />
          <span className="sr-only">(in a new tab)</span>
        </a>
        <Button tone="primary" onClick={onDone}>
          I have copied it
        </Button>
      </footer>
    </>
  );
}
