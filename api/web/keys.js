// A person's key in this browser (IndexedDB), used to sign and for nothing else: one that cannot be read out, or, where the browser
// has no Ed25519 of its own, a seed under a passphrase.

import { fromBase64 } from "./canonical.js";
import * as ed25519 from "./ed25519.js";
import { keyId } from "./ledger.js";
import { seal, withSeed } from "./sealing.js";

const NAME = "doudi";
const STORE = "keys";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  return (await asked(opening)).transaction(STORE, mode).objectStore(STORE);
}

// Every key that is kept here, each with what its holder knows of the ledger.
export async function all() {
  return asked((await store("readonly")).getAll());
}

export async function find(id) {
  return asked((await store("readonly")).get(id));
}

export async function keep(record) {
  return asked((await store("readwrite")).put(record));
}

export async function forget(id) {
  return asked((await store("readwrite")).delete(id));
}

// Takes a key file (PEM, PKCS#8, without a passphrase) in. The key itself cannot be read out of the browser again.
export async function fromPem(pem, facts) {
  if (pem.includes("ENCRYPTED")) throw new Error("这个密钥文件有口令，浏览器打不开；请先复制一份，用 doudi key passphrase --no-passphrase 去掉副本的口令，载入后删去副本。");
  const found = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/.exec(pem);
  if (!found) throw new Error("这不是密钥文件（应以 -----BEGIN PRIVATE KEY----- 开头）。");
  const der = derOf(found[1]);
  const { publicKey, held } = (await ed25519.isOwn()) ? await ownKeyOf(der) : await sealedKeyOf(der);
  const id = await keyId(publicKey);
  const known = await find(id);
  if (known && (known.origin !== facts.origin || known.logKey !== facts.logKey)) {
    throw new Error("本浏览器记得这把密钥属于另一本台账，或台账的存证密钥与从前不同。不要继续；请与信任目录核对，确属更换的，先移除旧的再载入。");
  }
  const { key, sealed, ...seenBefore } = known ?? {};
  const record = { ...seenBefore, id, ...(await held()), publicKey, ...facts };
  der.fill(0);
  await keep(record);
  return record;
}

const UNREADABLE = "这个密钥文件读不出：内容不全，或不是 Ed25519 密钥。请换用 doudi keygen 所生成的文件。";

function derOf(base64) {
  try {
    return fromBase64(base64.replace(/\s/g, ""));
  } catch {
    throw new Error(UNREADABLE);
  }
}

// The key as the browser keeps it, after its public half was read once.
async function ownKeyOf(der) {
  const taken = (extractable) => crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, extractable, ["sign"]);
  const open = await taken(true).catch(() => {
    throw new Error(UNREADABLE);
  });
  const jwk = await crypto.subtle.exportKey("jwk", open);
  const publicKey = fromBase64(jwk.x.replace(/-/g, "+").replace(/_/g, "/") + "=");
  return { publicKey, held: async () => ({ key: await taken(false) }) };
}

// RFC 8410: the algorithm's identifier 1.3.101.112, then the seed as an octet string in an octet string.
const BEFORE_SEED = [0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

// The seed for a browser that has no keys of its own.
async function sealedKeyOf(der) {
  const at = der.findIndex((_, place) => BEFORE_SEED.every((byte, n) => der[place + n] === byte)) + BEFORE_SEED.length;
  const seed = der.slice(at, at + 32);
  if (at < BEFORE_SEED.length || seed.length !== 32) throw new Error(UNREADABLE);
  return { publicKey: await ed25519.publicOf(seed), held: () => sealedOnce(seed) };
}

async function sealedOnce(seed) {
  try {
    return { sealed: await seal(seed) };
  } finally {
    seed.fill(0);
  }
}

// Makes a key here. It cannot be read out of the browser, not even by this page; or is kept under a passphrase.
export async function make(facts) {
  const { publicKey, ...held } = (await ed25519.isOwn()) ? await ownKey() : await sealedKey();
  // There is no file behind it: the browser is asked not to clear it away when its disk is full.
  await navigator.storage?.persist?.();
  const record = { id: await keyId(publicKey), ...held, publicKey, ...facts };
  await keep(record);
  return record;
}

async function ownKey() {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey, key: pair.privateKey };
}

async function sealedKey() {
  const seed = await ed25519.newSeed();
  const publicKey = await ed25519.publicOf(seed);
  return { publicKey, ...(await sealedOnce(seed)) };
}

export function sign(record, bytes) {
  return using(record, (signs) => signs(bytes));
}

// Opens the key once for some work, which is given what signs.
export async function using(record, work) {
  if (record.sealed) return withSeed(record.sealed, record.label, (seed) => work((bytes) => ed25519.signWith(seed, bytes)));
  return work(async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", record.key, bytes)));
}
