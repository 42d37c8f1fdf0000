// Ed25519: the browser's own where it has one; where it has none, @noble/ed25519 (vendor/README.md). Which one it is, signatures
// are the same bytes.

const NAME = { name: "Ed25519" };
let asked;

// True if the browser signs by itself, with keys that cannot be read out.
export function isOwn() {
  asked ??= crypto.subtle.generateKey(NAME, false, ["sign", "verify"]).then(() => true, () => false);
  return asked;
}

function noble() {
  return import("./vendor/noble-ed25519.js");
}

// A new seed, for browsers that cannot keep a key of their own.
export async function newSeed() {
  const { utils } = await noble();
  return utils.randomSecretKey();
}

export async function publicOf(seed) {
  const { getPublicKeyAsync } = await noble();
  return getPublicKeyAsync(seed);
}

export async function signWith(seed, message) {
  const { signAsync } = await noble();
  return signAsync(message, seed);
}

// By the strict rules of RFC 8032.
export async function verify(publicKey, signature, message) {
  if (!(await isOwn())) {
    const { verifyAsync } = await noble();
    return verifyAsync(signature, message, publicKey, { zip215: false });
  }
  const key = await crypto.subtle.importKey("raw", publicKey, NAME, false, ["verify"]);
  return crypto.subtle.verify(NAME, key, signature, message);
}
