import type { Metadata } from "next";
import Link from "next/link";
import { describeProblem, explainProblem } from "@/components/auth/problems";
import { Alert } from "@/components/ui/alert";
import { buttonLook } from "@/components/ui/button";
import { CodeText } from "@/components/ui/code-text";
import { signInPath } from "@/lib/paths";

export const metadata: Metadata = { title: "Sign-in failed" };

interface ErrorPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ErrorPage({ searchParams }: ErrorPageProps) {
  const { error } = await searchParams;
  const code = typeof error === "string" && error ? error : "internal";
  const { cause, remedy } = explainProblem(code);
  return (
    <>
      <h1 className="mb-4 text-lg font-semibold">Sign-in failed</h1>
      <Alert tone="danger">{describeProblem(code)}</Alert>
      <Link href={signInPath()} className={buttonLook({ tone: "primary", size: "md", className: "mt-4 w-full" })}>
        Back to sign-in
      </Link>
      <details className="mt-4 border-t border-line pt-3 text-sm">
        <summary className="cursor-pointer rounded-sm text-muted hover:text-ink">For an administrator</summary>
        <div className="space-y-2 pt-3">
          <p>
            <CodeText text={cause} />
          </p>
          <p>
            <CodeText text={remedy} />
          </p>
        </div>
      </details>
    </>
  );
}
