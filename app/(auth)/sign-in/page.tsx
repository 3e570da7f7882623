import type { Metadata } from "next";
import { SignIn } from "@/components/auth/sign-in";
import { readSignInOptions } from "@/lib/auth/sign-in-options";

export const metadata: Metadata = { title: "Sign in" };

interface SignInPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

function single(value: string | string[] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { callbackUrl, error, csrf } = await searchParams;
  const { provider, masterKey } = await readSignInOptions();
  return (
    <>
      <h1 className="mb-4 text-lg font-semibold">Sign in</h1>
      <SignIn
        provider={provider}
        masterKey={masterKey}
        returnTo={single(callbackUrl)}
        reason={csrf ? "csrf" : single(error)}
      />
    </>
  );
}
