/**
 * The simulator's idea of a token, a hash and a text. Pure, used inside the simulator.
 *
 * One token is four UTF-8 bytes, rounded up. Answers are made of three-letter words with a space or a full stop, so that
 * each word is one token by the same rule, and an answer of k tokens streams as k chunks.
 */

const bytesPerToken = 4;

/** Tokens of a text of so many UTF-8 bytes. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

/** The i-th token of an ASCII text. */
export function tokenAt(text: string, index: number): string {
  return text.slice(index * bytesPerToken, (index + 1) * bytesPerToken);
}

/** The first `count` tokens of an ASCII text. */
export function firstTokens(text: string, count: number): string {
  return text.slice(0, count * bytesPerToken);
}

const sampledChars = 2_048;

function hashRange(text: string, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

export const hashSeed = 0x811c9dc5;

/**
 * FNV-1a over UTF-16 units, chained from `seed`. Of a long text the length, the first and the last 2,048 units count,
 * because hashing all of a 100 KB prompt would cost more than parsing it.
 */
export function hashText(text: string, seed: number = hashSeed): number {
  const length = text.length;
  const start = Math.imul(seed ^ length, 0x01000193);
  if (length <= 2 * sampledChars) return hashRange(text, 0, length, start);
  return hashRange(text, length - sampledChars, length, hashRange(text, 0, sampledChars, start));
}

/** Spreads a hash over all 32 bits (the finaliser of MurmurHash3) and makes it non-negative. */
export function mixHash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A stream of numbers in [0, 1) that depends on the seed alone (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const vocabulary = (
  "the and sun sea sky oak elm fir ash ivy bay bee ant owl hen fox cat dog cow pig ram ewe elk bat cod eel fly " +
  "red tan low mid top new old big wee hot icy wet dry raw shy sly wry odd fit apt ten two six one all any few own " +
  "air arc arm art axe bed bit box bud bus can cap car cup day dew dot ear egg end eye fan fig fin fog gem gum hat " +
  "hay hub ice ink jam jar jet key kit lab lap law leg lid lip log map mat mix mud net nut oar oil orb pan paw pea " +
  "pen pie pin pod pot rib rim rod row rug rye sap set tea tie tip toe ton toy tub urn van wax web wig yam zoo"
).split(" ");

/** Enough different places to start at that two prompts seldom get the same answer. */
const ringTokens = 8_192;

function buildRing(): string {
  const random = seededRandom(1);
  let ring = "";
  for (let i = 0; i < ringTokens; i++) ring += `${vocabulary[Math.floor(random() * vocabulary.length)]} `;
  return ring;
}

// Built once: an answer is then a slice, whatever its length.
const ring = buildRing();

/** A text of exactly `count` tokens, ASCII without quotes or backslashes, that ends in a full stop. */
export function wordsOf(hash: number, count: number): string {
  if (count === 0) return "";
  const start = hash % ringTokens;
  let text = firstTokens(ring.slice(start * bytesPerToken), count);
  while (text.length < count * bytesPerToken) text += firstTokens(ring, count - text.length / bytesPerToken);
  return `${text.slice(0, -1)}.`;
}
