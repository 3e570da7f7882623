"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Confirm } from "@/components/ui/confirm";

/** Where a click on a link would lead to, if that is another page in this tab. */
function leadsTo(event: MouseEvent): string | null {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.target === "_blank" || link.hasAttribute("download")) return null;
  const { origin, pathname } = window.location;
  return link.origin === origin && link.pathname !== pathname ? link.href : null;
}

/** Stands in a page whose form holds what is not saved: leaving by a link asks first, closing the tab too. */
export function UnsavedGuard() {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  useEffect(() => {
    const ask = (event: MouseEvent) => {
      const href = leadsTo(event);
      if (href === null) return;
      event.preventDefault();
      // Next's own links would follow it all the same.
      event.stopPropagation();
      setTarget(href);
    };
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener("click", ask, true);
    window.addEventListener("beforeunload", warn);
    return () => {
      document.removeEventListener("click", ask, true);
      window.removeEventListener("beforeunload", warn);
    };
  }, []);
  return (
    <Confirm
      isOpen={target !== null}
      onClose={() => setTarget(null)}
      title="Leave without saving?"
      action="Leave"
      onConfirm={() => target !== null && router.push(target)}
    >
      <p className="text-muted">What you changed on this page is not saved.</p>
    </Confirm>
  );
}
