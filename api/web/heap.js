// One decision about all exceptions of one kind from one bank file. Each is an act of its own: all are shown before the first is
// signed, all are tried before the first is signed, and each draft is compared with its row again before it is.

import { drafted, finished, signAll, tabled } from "./acts.js";
import { ask, refuseAnother, stated, tell } from "./page.js";
import { signerHere } from "./signer.js";
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
  tabled(document.querySelector("#stated"), bodies.map((body, at) => [["所指的行", entries[at].about], ...told(body, "", KIND)]));
  [box.hidden, button.disabled] = [false, false];
  button.textContent = `签署这 ${bodies.length} 项`;
  button.focus();
}

async function tryAll(bodies) {
  for (const [at, body] of bodies.entries()) {
    progress.textContent = `正在试办第 ${at + 1} / ${bodies.length} 项`;
    try {
      await ask("DELETE", await drafted({ kind: KIND, body }));
    } catch (cause) {
      const why = new Error(`第${body.entry}条不能这样处理。${cause.message}`, { cause });
      [why.code, why.hint] = [cause.code, cause.hint];
      throw why;
    }
  }
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
    const record = await signerHere(form.dataset.key);
    const acts = shown.map((body) => ({ kind: KIND, body }));
    finished(await signAll(acts, record, { box, progress, isStill: () => tryAll(shown), goOn: "请刷新本页后接着办。" }), { form, box, back: ["/exceptions", "回存疑"] });
  } catch (why) {
    tell(trouble, why);
  }
});
