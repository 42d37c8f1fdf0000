// A person's key in this browser: not extractable, kept by the browser (IndexedDB), used to sign and for nothing else.

import { fromBase64 } from "./canonical.js";
import { keyId } from "./ledger.js";

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
  let der, open;
  try {
    der = fromBase64(found[1].replace(/\s/g, ""));
    open = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, true, ["sign"]);
  } catch {
    throw new Error("这个密钥文件读不出：内容不全，或不是 Ed25519 密钥。请换用 doudi keygen 所生成的文件。");
  }
  const jwk = await crypto.subtle.exportKey("jwk", open);
  const publicKey = fromBase64(jwk.x.replace(/-/g, "+").replace(/_/g, "/") + "=");
  const key = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, false, ["sign"]);
  der.fill(0);
  const id = await keyId(publicKey);
  const known = await find(id);
  if (known && (known.origin !== facts.origin || known.logKey !== facts.logKey)) {
    throw new Error("本浏览器记得这把密钥属于另一本台账，或台账的存证密钥与从前不同。不要继续；请与信任目录核对，确属更换的，先移除旧的再载入。");
  }
  const record = { ...known, id, key, publicKey, ...facts };
  await keep(record);
  return record;
}

// Makes a key here. It cannot be read out of the browser, not even by this page.
export async function make(facts) {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]).catch(() => {
    throw new Error("这个浏览器不会 Ed25519 签名，不能在这里生成密钥。请换用较新的浏览器，或用 doudi keygen 生成密钥文件。");
  });
  // There is no file behind it: the browser is asked not to clear it away when its disk is full.
  await navigator.storage?.persist?.();
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const record = { id: await keyId(publicKey), key: pair.privateKey, publicKey, ...facts };
  await keep(record);
  return record;
}

export async function sign(record, bytes) {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", record.key, bytes));
}
