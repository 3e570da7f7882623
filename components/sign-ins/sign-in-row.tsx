import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CodeText } from "@/components/ui/code-text";
import { Time } from "@/components/ui/time";
import type { SignIn } from "@/lib/sign-ins/queries";

interface SignInRowProps {
  signIn: SignIn;
  onPick: (signIn: SignIn) => void;
}

function whoOf({ email, subject, method }: SignIn): string {
  if (method === "master_key") return "Master key";
  return email ?? subject ?? "Unknown person";
}

/** What an admin may want to read in full: the claims that counted, and what exactly was found. */
function listFindings({ claims, details, issuer, subject }: SignIn): Record<string, unknown> {
  const found = typeof details === "object" && details !== null && Object.keys(details).length > 0 ? { details } : {};
  return claims ? { claims, ...found } : { ...(issuer ? { issuer } : {}), ...(subject ? { subject } : {}), ...found };
}

function Findings({ signIn }: { signIn: SignIn }) {
  const findings = listFindings(signIn);
  if (Object.keys(findings).length === 0) return null;
  return (
    <details className="text-xs">
      <summary className="w-fit cursor-pointer rounded-sm text-muted hover:text-ink">What was found</summary>
      <pre className="mt-1.5 rounded-md border border-line bg-sunken px-3 py-2 font-mono leading-5 break-all whitespace-pre-wrap">
        {JSON.stringify(findings, null, 2)}
      </pre>
    </details>
  );
}

/** One sign-in: who, when, from where, and if it failed, why and what to do. */
export function SignInRow({ signIn, onPick }: SignInRowProps) {
  const { outcome, created_at, address, cause, remedy, claims } = signIn;
  const who = whoOf(signIn);
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line px-4 py-3 text-sm last:border-b-0 lg:grid-cols-[15rem_minmax(0,1fr)_minmax(0,1fr)_6.5rem]">
      <div className="min-w-0 space-y-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium break-all">{who}</span>
          <Badge
            tone={outcome === "ok" ? "ok" : "danger"}
            className={outcome === "ok" ? undefined : "first-letter:normal-case"}
          >
            {outcome === "ok" ? "signed in" : outcome}
          </Badge>
        </p>
        <p className="text-xs leading-5 text-muted">
          <Time value={created_at} />
          {address ? <span className="block break-all">from {address}</span> : null}
        </p>
      </div>
      <div className="min-w-0 space-y-1.5">
        {cause ? (
          <p>
            <CodeText text={cause} />
          </p>
        ) : null}
        <Findings signIn={signIn} />
      </div>
      {remedy ? (
        <p className="text-muted">
          <span className="font-medium text-ink">What to do: </span>
          <CodeText text={remedy} />
        </p>
      ) : (
        <span className="max-lg:hidden" />
      )}
      {claims ? (
        <Button
          className="w-fit self-start lg:justify-self-end"
          onClick={() => onPick(signIn)}
          aria-label={`Try the rules on ${who}`}
        >
          Try the rules
        </Button>
      ) : null}
    </li>
  );
}
