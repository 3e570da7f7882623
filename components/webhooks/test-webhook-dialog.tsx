"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button, buttonLook } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Dialog } from "@/components/ui/dialog";
import { formatCount } from "@/lib/client/format";
import { deliveryPath } from "@/lib/paths";
import { type DeliveryDetail, useTestWebhook, type Webhook } from "@/lib/webhooks/queries";
import { nameOf } from "./words";

function Outcome({ of: delivery }: { of: DeliveryDetail }) {
  const attempt = delivery.last_attempt;
  const full = delivery.attempts.at(-1);
  if (!attempt) return <Alert tone="danger">Nothing was sent.</Alert>;
  const took = `${formatCount(attempt.duration_ms)} ms`;
  return (
    <>
      {attempt.error === null ? (
        <Alert tone="ok">
          It answered {attempt.status_code} after {took}.
        </Alert>
      ) : (
        <Alert tone="danger">
          {attempt.error} It took {took}. A test is not tried again and does not count against the webhook.
        </Alert>
      )}
      {full?.response_snippet ? (
        <CodeBlock title="What it answered" text={full.response_snippet} label="the answer" isLong />
      ) : null}
    </>
  );
}

/** Sends `webhook.test` as soon as it opens, and shows what came of it. */
export function TestWebhookDialog({ target, onClose }: { target: Webhook; onClose: () => void }) {
  const test = useTestWebhook(target.id);
  const send = test.mutate;
  // Opening it is the order, and effects may run twice: one dialog sends by itself once.
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    send();
  }, [send]);
  const { data, error, isPending } = test;
  return (
    <Dialog isOpen onClose={onClose} title={`Test the webhook ${nameOf(target)}`}>
      <div className="min-h-28 space-y-4 px-4 py-4 text-sm" aria-busy={isPending}>
        {isPending ? (
          <p role="status" className="flex items-center gap-2 text-muted">
            <LoaderCircle aria-hidden="true" className="size-4 animate-spin" />
            Sending an event of type webhook.test…
          </p>
        ) : null}
        {!isPending && error ? <Alert tone="danger">{error.message}</Alert> : null}
        {!isPending && data ? <Outcome of={data} /> : null}
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">
        {data && !isPending ? (
          <Link href={deliveryPath(data.id)} className={buttonLook()}>
            Show the delivery
          </Link>
        ) : null}
        <Button onClick={() => send()} disabled={isPending}>
          Send again
        </Button>
        <Button tone="primary" onClick={onClose}>
          Done
        </Button>
      </footer>
    </Dialog>
  );
}
