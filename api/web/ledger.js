// What a signature covers, ids, trees and checkpoints (docs/format/log.md §3 to §7). The browser works all of it out itself.

import { base64, bytes, fromBase64, fromHex, hex, join, sha256, utf8 } from "./canonical.js";
import { verify } from "./ed25519.js";

// What a signature covers: a label, the ledger's name, and the bytes.
export function labelled(label, origin, some) {
  return join(utf8(`${label}\n${origin}\n`), some);
}

// The id of a key: the first 16 bytes of SHA-256 over label, algorithm and public key.
export async function keyId(publicKey) {
  const hash = await sha256(join(utf8("doudi/key/v1\ned25519\n"), publicKey));
  return hex(hash.slice(0, 16));
}

// What possession and countersignatures of a key cover.
export function recordOf(officer, publicKey) {
  return { alg: "ed25519", officer, public: base64(publicKey) };
}

// An act, its signed bytes and its id.
export async function actOf(origin, { body, key, kind, prev, seen, seq, time }) {
  const act = bytes({ alg: "ed25519", body, key, kind, prev, seen, seq, time, v: 1 });
  const signed = labelled("doudi/act/v1", origin, act);
  return { act, signed, id: hex(await sha256(signed)) };
}

// The act's entry as the log keeps it.
export function entryOf(act, signature) {
  return join(utf8('{"act":'), act, utf8(`,"sig":"${base64(signature)}"}`));
}

// The RFC 6962 root over entries.
export async function rootOf(entries) {
  if (entries.length === 0) return hex(await sha256(new Uint8Array()));
  let level = [];
  for (const entry of entries) level.push(await sha256(join(new Uint8Array([0]), entry)));
  const one = new Uint8Array([1]);
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) above.push(await sha256(join(one, level[at], level[at + 1])));
    if (level.length % 2 === 1) above.push(level[level.length - 1]);
    level = above;
  }
  return hex(level[0]);
}

// Lines against the manifest that covers them: count, total and root, each from the lines themselves.
export async function refuseOtherLines(manifest, lines) {
  const entries = lines.map(utf8);
  let total = 0;
  lines.forEach((line, at) => {
    const { body, n } = JSON.parse(line);
    if (n !== at + 1) throw new Error(`第${at + 1}行的行号是${n}`);
    total += body.amount_fen ?? 0;
    if (!Number.isSafeInteger(total)) throw new Error("合计超出范围");
  });
  if (manifest.count !== lines.length) throw new Error(`明细有${lines.length}行，清单写的是${manifest.count}行`);
  if (manifest.total_fen !== total) throw new Error(`明细合计${total}分，清单写的是${manifest.total_fen}分`);
  const root = await rootOf(entries);
  if (manifest.root !== root) throw new Error("明细的指纹与清单不符");
}

// Lines against the root that an act names: of lines that were signed for before, by somebody else.
export async function refuseOtherRoot(root, lines) {
  lines.forEach((line, at) => {
    if (JSON.parse(line).n !== at + 1) throw new Error(`第${at + 1}行的行号不对`);
  });
  if (root !== (await rootOf(lines.map(utf8)))) throw new Error("明细的指纹与要签的不符，不要签署");
}

// A checkpoint that the log's key signed: size and root (hex). The key is one of one's own, not the server's word of today.
export async function verifiedCheckpoint(note, logKey) {
  const plus = logKey.indexOf("+");
  const [name, rest] = [logKey.slice(0, plus), logKey.slice(plus + 1)];
  const keyHash = rest.slice(0, rest.indexOf("+"));
  const keyBytes = fromBase64(rest.slice(rest.indexOf("+") + 1));
  const end = note.indexOf("\n\n");
  if (end < 0 || keyBytes[0] !== 1) throw new Error("存证头不成样子");
  const signedText = note.slice(0, end + 1);
  let holds = false;
  for (const line of note.slice(end + 2).split("\n")) {
    const [dash, by, signature] = line.split(" ");
    if (dash !== "—" || by !== name) continue;
    const blob = fromBase64(signature);
    if (hex(blob.slice(0, 4)) !== keyHash) continue;
    if (!(await verify(keyBytes.slice(1), blob.slice(4), utf8(signedText)))) throw new Error("存证头的签名不符");
    holds = true;
  }
  if (!holds) throw new Error("存证头没有所信密钥的签名");
  const [origin, size, root] = signedText.split("\n");
  if (origin !== name) throw new Error("存证头属于别的台账");
  return { root: hex(fromBase64(root)), size: Number(size) };
}

// True if the tree of one checkpoint begins with that of an earlier one, by a path of RFC 6962 §2.1.2, verified as RFC 9162 §2.1.4.2 says.
export async function isContinued(before, after, path) {
  const one = new Uint8Array([1]);
  const parent = async (left, right) => sha256(join(one, left, right));
  const half = (value) => Math.floor(value / 2);
  if (before.size > after.size || before.size === 0) return false;
  if (before.size === after.size) return path.length === 0 && before.root === after.root;
  const nodes = path.map(fromHex);
  let [first, last] = [before.size - 1, after.size - 1];
  while (first % 2 === 1) [first, last] = [half(first), half(last)];
  // A whole tree is its own first node.
  if (first === 0) nodes.unshift(fromHex(before.root));
  if (nodes.length === 0) return false;
  let [old, now] = [nodes[0], nodes[0]];
  for (const node of nodes.slice(1)) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      [old, now] = [await parent(node, old), await parent(node, now)];
      while (first !== 0 && first % 2 === 0) [first, last] = [half(first), half(last)];
    } else now = await parent(now, node);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && hex(old) === before.root && hex(now) === after.root;
}
