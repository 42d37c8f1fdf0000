// One decision about all exceptions of one kind from one bank file. Each is an act of its own: all are shown before the first is
// signed, all are tried before the first is signed, and each draft is compared with its row again before it is.

import { bytes } from "./canonical.js";
import * as keys from "./keys.js";
import { ask, refuseAnother, stated, tell } from "./page.js";
import { signAndHandIn, signerHere } from "./signer.js";
import { told } from "./words.js";

const form = document.querySelector("#heap");
const box = document.querySelector("#together");
const button = document.querySelector("#sign");
const progress = document.querySelector("#progress");
const trouble = document.querySelector("#trouble");
const KIND = "exception.resolved";
const entries = JSON.parse(form.dataset.entries);
const naming = JSON.parse(form.dataset.naming);

// What is decided about each, entry by entry.
function bodiesOf({ decision, reason, evidence, booked }) {
  return entries.map(({ entry, reference }) => {
    const body = { booked, decision, entry, evidence, reason };
    if (!naming.includes(decision)) return body;
    if (reference === null) throw new Error(`第${entry}条没有指明是哪笔支付，不能一起这样认定；请回“存疑”逐项处理。`);
    return { ...body, reference };
  });
}

function show(bodies) {
  const rows = bodies.map((body, at) => [["所指的行", entries[at].about], ...told(body, "", KIND)]);
  const table = document.querySelector("#stated");
  const head = document.createElement("tr");
  for (const [word] of rows[0]) {
    const cell = document.createElement("th");
    [cell.scope, cell.textContent] = ["col", word];
    head.append(cell);
  }
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    for (const [, value] of row) {
      const cell = line.insertCell();
      cell.textContent = value;
      if (/^[0-9a-f]{32,64}$/.test(value)) cell.className = "digest";
    }
    return line;
  }));
  [box.hidden, button.disabled] = [false, false];
  button.textContent = `签署这 ${bodies.length} 项`;
  button.focus();
}

// Two bodies are one if their bytes are.
function isSame(one, other) {
  const [left, right] = [bytes(one), bytes(other)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

async function drafted(body) {
  const { draft } = await ask("POST", "/api/v1/drafts/act", { json: { kind: KIND, body } });
  const path = `/api/v1/drafts/${draft}`;
  const waits = await ask("GET", path);
  if (waits.kind !== KIND || !isSame(waits.body, body)) throw new Error("待签内容与表中所列不符，没有签署，请重新打开本页。");
  return path;
}

async function tryAll(bodies) {
  for (const [at, body] of bodies.entries()) {
    progress.textContent = `正在试办第 ${at + 1} / ${bodies.length} 项`;
    try {
      await ask("DELETE", await drafted(body));
    } catch (why) {
      why.message = `第${body.entry}条不能这样处理，一项也没有签署。${why.message}`;
      throw why;
    }
  }
}

async function signAll(bodies) {
  let record = await signerHere(form.dataset.key);
  await tryAll(bodies);
  const seqs = [];
  try {
    await keys.using(record, async (signs) => {
      for (const body of bodies) {
        progress.textContent = `正在签署第 ${seqs.length + 1} / ${bodies.length} 项，请不要关闭本页`;
        const path = await drafted(body);
        const done = await signAndHandIn(record, signs, { kind: KIND, body, path, place: box });
        record = done.record;
        seqs.push(done.receipt.seq);
      }
    });
  } catch (why) {
    why.message = `已签署入账 ${seqs.length} 项，其余 ${bodies.length - seqs.length} 项没有；请刷新本页后接着办。${why.message}`;
    throw why;
  }
  return seqs;
}

// What became of it, with the entries.
function finished(seqs) {
  const said = document.createElement("p");
  said.className = "done";
  const back = document.createElement("a");
  [back.href, back.textContent] = ["/exceptions", "回存疑"];
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

let shown = [];

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const alert = form.querySelector("[role=alert]");
  [alert.hidden, box.hidden] = [true, true];
  try {
    await refuseAnother();
    shown = bodiesOf((await stated(form)).body);
    show(shown);
  } catch (why) {
    tell(alert, why);
  }
});

// What is shown is what the form said; once it says something else, it is listed anew.
form.addEventListener("input", () => {
  box.hidden = true;
});

button.addEventListener("click", async () => {
  button.disabled = true;
  trouble.hidden = true;
  try {
    finished(await signAll(shown));
  } catch (why) {
    tell(trouble, why);
  }
});
