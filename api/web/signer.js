// Who signs in this browser, and how what was shown becomes an act in the books (docs/format/desk.md §4).

import * as keys from "./keys.js";
import { actOf, entryOf, isContinued, verifiedCheckpoint } from "./ledger.js";
import { ask, working } from "./page.js";

// The newest checkpoint that this signer has verified; never one that is behind what the signer has seen before.
async function seenBy(record, checkpoint) {
  const seen = await verifiedCheckpoint(checkpoint, record.logKey);
  const before = record.seen;
  if (before && (seen.size < before.size || (seen.size === before.size && seen.root !== before.root))) {
    throw new Error(`台账退回到了从前：您见过第${before.size}条，现在只有${seen.size}条。不要签署，请立即报告监督机构。`);
  }
  if (before && seen.size > before.size) {
    const { path } = await ask("GET", `/api/v1/consistency?from=${before.size}&to=${seen.size}`);
    if (!(await isContinued(before, seen, path))) {
      throw new Error(`现在的台账不是您见过的那一本的延续：前${before.size}条变了。不要签署，请立即报告监督机构。`);
    }
  }
  return seen;
}

// The time here, as the log writes it: +08:00.
function now() {
  return `${new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 19)}+08:00`;
}

// The key that signs here, as it is now: another window may have seen more since, or another person may have come.
export async function signerHere(keyId) {
  const record = await keys.find(keyId);
  if (!record) throw new Error("这个浏览器里没有您登录所用的密钥，不能签署。");
  const current = await ask("GET", "/api/v1/session");
  if (current.key !== record.id) throw new Error(`这个浏览器里现在登录的是“${current.post}”，这一页是另一个人的。请换回本人登录后再签。`);
  return record;
}

// Signs what was shown and hands it in for the draft at a path. Gives the receipt and the record with what it has now seen.
// An error says so (`unanswered`) if it went out and no answer came: then it may be in the books.
export async function signAndHandIn(record, signs, { kind, body, path, place }) {
  const facts = await ask("GET", `/api/v1/signers/${record.id}`);
  if (facts.origin !== record.origin) throw new Error("这不是您的密钥所属的台账。");
  const seen = await seenBy(record, facts.checkpoint);
  const { act, signed } = await actOf(record.origin, { body, key: record.id, kind, prev: facts.prev, seen, seq: facts.seq, time: now() });
  const entry = entryOf(act, await signs(signed));
  await keys.keep({ ...record, seen });
  // Once made it is handed in as it is: a second signature would be another act.
  const done = working(place, "正在入账，并等待存证头覆盖");
  const handIn = () => ask("POST", `${path}/signed`, { bytes: entry });
  try {
    const again = (why) => {
      if (why.code) throw why;
      return handIn();
    };
    const receipt = await handIn().catch(again).catch((why) => {
      why.unanswered = !why.code;
      throw why;
    });
    return { receipt, record: { ...record, seen } };
  } finally {
    done();
  }
}
