"use client";

import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import type { KeyWithSecret } from "@/lib/keys/queries";

const block =
  "rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap";

/** What a program reads from its environment: the names that OpenAI's clients know. */
function environmentOf(secret: string): string {
  return `OPENAI_BASE_URL=${window.location.origin}/v1\nOPENAI_API_KEY=${secret}`;
}

function Part({ title, text, label }: { title: string; text: string; label: string }) {
  return (
    <section aria-label={title} className="space-y-1.5">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm font-medium">{title}</h3>
        <CopyButton text={text} label={label} />
      </div>
      <pre className={block}>
        <code>{text}</code>
      </pre>
    </section>
  );
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
        <Part title="Secret" text={secret} label="the secret" />
        <Part title=".env" text={environmentOf(secret)} label="the .env lines" />
      </div>
      <footer className="flex justify-end border-t border-line px-4 py-3">
        <Button tone="primary" onClick={onDone}>
          I have copied it
        </Button>
      </footer>
    </>
  );
}
