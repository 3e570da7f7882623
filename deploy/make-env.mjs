/**
 * Prints a .env for docker-compose.yml with secrets that nobody has seen before. Changes nothing: whoever calls it decides where the
 * text goes. Optional arguments: the URL of pLLM and the issuer URL of Dex, as people's browsers will see them.
 */
import { randomBytes } from "node:crypto";
import { hashSync } from "bcryptjs";

const [publicUrl = "http://localhost:3000", dexIssuer = "http://localhost:5556/dex"] = process.argv.slice(2);
const make = (bytes) => randomBytes(bytes).toString("base64url");
const peoplePassword = make(12);
// The least that Dex takes: a password of 96 random bits gains nothing from more.
const bcryptRounds = 10;

process.stdout.write(`# Keep this file: without ENCRYPTION_KEYS what is sealed in the database stays sealed.

NEXTAUTH_URL=${publicUrl.replace(/\/$/, "")}
DEX_ISSUER=${dexIssuer.replace(/\/$/, "")}

# Signs in beside Dex, and is the bearer token of the first administrator.
PLLM_MASTER_KEY=${make(32)}
NEXTAUTH_SECRET=${make(32)}
ENCRYPTION_KEYS=k1:${randomBytes(32).toString("base64")}
POSTGRES_PASSWORD=${make(24)}
DEX_CLIENT_SECRET=${make(32)}

# Of the people in deploy/dex/config.yaml. Dex is given the hash alone, here in base64 because Compose reads "$" as a variable.
DEX_PEOPLE_PASSWORD=${peoplePassword}
DEX_PEOPLE_PASSWORD_HASH=${Buffer.from(hashSync(peoplePassword, bcryptRounds)).toString("base64")}
`);
