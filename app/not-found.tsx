import type { Metadata } from "next";
import Link from "next/link";
import { Wordmark } from "@/components/layout/wordmark";
import { buttonLook } from "@/components/ui/button";
import { homePath } from "@/lib/paths";

export const metadata: Metadata = { title: "Not found" };

export default function NotFoundPage() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col items-start gap-4 px-4 pt-[18vh]">
      <Wordmark />
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="text-muted">The address may be mistyped, or what stood here was moved.</p>
      <Link href={homePath} className={buttonLook({ tone: "primary", size: "md" })}>
        To the overview
      </Link>
    </main>
  );
}
