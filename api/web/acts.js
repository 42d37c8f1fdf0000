// Several acts signed one after the other. Each is an act of its own: all are shown before the first is signed, and each draft is
// compared with what was shown before it is.

import { bytes } from "./canonical.js";
import * as keys from "./keys.js";
import { ask } from "./page.js";
import { signAndHandIn } from "./signer.js";

// Two values are one if their bytes are.
export function isSame(one, other) {
  const [left, right] = [bytes(one), bytes(other)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

// The path of an act's draft, which states what was shown.
export async function drafted({ kind, body }) {
  const { draft } = await ask("POST", "/api/v1/drafts/act", { json: { kind, body } });
  const path = `/api/v1/drafts/${draft}`;
  const waits = await ask("GET", path);
  if (waits.kind !== kind || !isSame(waits.body, body)) throw new Error("待签内容与表中所列不符，没有签署，请重新打开本页。");
  return path;
}

// Drafts one act, signs it and hands it in. What was drafted and is not in the books does not wait for somebody to sign it later;
// what may be there, because no answer came, does.
async function signOne(act, record, signs, place) {
  const path = await drafted(act);
  try {
    return await signAndHandIn(record, signs, { ...act, path, place });
  } catch (why) {
    if (!why.unanswered) await ask("DELETE", path).catch(() => null);
    throw why;
  }
}

// Signs all, in their order, once `isStill` has said that they are still what was shown: asked when the key is open, so that
// nothing but the signing itself lies between. Gives the entries; an error tells how many there are and how to go on.
export async function signAll(acts, record, { box, progress, isStill, goOn }) {
  const seqs = [];
  try {
    await keys.using(record, async (signs) => {
      progress.textContent = "正在再试办一次";
      await isStill();
      for (const act of acts) {
        progress.textContent = `正在签署第 ${seqs.length + 1} / ${acts.length} 项，请不要关闭本页`;
        const done = await signOne(act, record, signs, box);
        record = done.record;
        seqs.push(done.receipt.seq);
      }
    });
  } catch (cause) {
    progress.textContent = "";
    const how = seqs.length === 0 && !cause.unanswered ? "一项也没有签署。" : `已签署入账 ${seqs.length} 项，第 ${seqs.length + 1} 项${cause.unanswered ? "交了出去，没有收到答复" : "没有签成"}，其余没有签。${goOn}`;
    const why = new Error(`${how}${cause.message}`, { cause });
    [why.code, why.hint, why.problems] = [cause.code, cause.hint, cause.problems];
    throw why;
  }
  return seqs;
}

// A table of acts that say the same things, a row an act; `rows` are lists of word, value and key.
export function tabled(table, rows) {
  const head = document.createElement("tr");
  for (const [word] of rows[0]) {
    const cell = document.createElement("th");
    [cell.scope, cell.textContent] = ["col", word];
    head.append(cell);
  }
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    for (const [, value] of row) styled(line.insertCell(), value);
    return line;
  }));
}

// A cell with a value: amounts to the right, fingerprints broken where they must be.
export function styled(cell, value) {
  cell.textContent = value;
  if (value.endsWith(" 元")) cell.className = "money";
  else if (/^[0-9a-f]{32,64}$/.test(value)) cell.className = "digest";
}

// What became of it, with the entries.
export function finished(seqs, { form, box, back: [address, word] }) {
  const said = document.createElement("p");
  said.className = "done";
  const back = document.createElement("a");
  [back.href, back.textContent] = [address, word];
  const links = seqs.slice(0, 20).flatMap((seq) => {
    const link = document.createElement("a");
    [link.href, link.textContent] = [`/entries/${seq}`, String(seq)];
    return [link, " "];
  });
  said.append(`已入账 ${seqs.length} 项：记录 `, ...links, seqs.length > 20 ? `…… 至 ${seqs[seqs.length - 1]}。` : "。", back);
  form.replaceWith(said);
  box.hidden = true;
  said.tabIndex = -1;
  said.focus();
}
