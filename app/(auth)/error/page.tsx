import type { Metadata } from "next";
import Link from "next/link";
import { describeProblem } from "@/components/auth/problems";
import { Alert } from "@/components/ui/alert";
import { buttonLook } from "@/components/ui/button";
import { signInPath } from "@/lib/paths";

export const metadata: Metadata = { title: "Sign-in failed" };

interface ErrorPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ErrorPage({ searchParams }: ErrorPageProps) {
  const { error } = await searchParams;
  const code = typeof error === "string" ? error : "internal";
  return (
    <>
      <h1 className="mb-4 text-lg font-semibold">Sign-in failed</h1>
      <Alert tone="danger">{describeProblem(code)}</Alert>
      <Link href={signInPath()} className={buttonLook({ tone: "primary", size: "md", className: "mt-4 w-full" })}>
        Back to sign-in
      </Link>
    </>
  );
}
