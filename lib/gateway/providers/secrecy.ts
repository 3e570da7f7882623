/** Keeps a provider's credential from being handed on where the provider itself repeats it, as some do in their errors. */
import type { Credential } from "../directory/types";
import { GatewayError } from "../errors";

/** A shorter one is a placeholder such as `none` or `ollama`, which an answer may well hold. */
const shortestSecret = 16;

// RFC 8259, section 7: every character of a string may be escaped.
function unescapeJson(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})|\\(.)/gi, (_match, hex: string | undefined, character: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : character,
  );
}

export class SecretFinder {
  /** The secret, and how JSON spells it where that differs. */
  readonly #needles: readonly Buffer[];

  constructor(credential: Credential | null) {
    const secret = credential && credential.secret.length >= shortestSecret ? credential.secret : null;
    const forms = secret ? [secret, JSON.stringify(secret).slice(1, -1)] : [];
    this.#needles = [...new Set(forms)].map((form) => Buffer.from(form));
  }

  isIn(bytes: Buffer): boolean {
    return this.#needles.some((needle) => bytes.includes(needle));
  }

  /** The same, however the bytes escape it. For what is short: it costs a copy. */
  isSpeltIn(bytes: Buffer): boolean {
    return (
      this.#needles.length > 0 && (this.isIn(bytes) || this.isIn(Buffer.from(unescapeJson(bytes.toString("utf8")))))
    );
  }
}

export function repeatsCredential(provider: string): GatewayError {
  return new GatewayError("provider_error", `The answer of the provider "${provider}" cannot be handed on.`, {
    details: { provider },
    cause: new Error("the answer repeats the credential"),
  });
}
