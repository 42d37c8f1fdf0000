// A file that sets many things: what it would do is told, its acts are shown whole, and all are signed one after the other. The
// office tries all of it, in order, when they are listed and again before the first is signed.

import { finished, isSame, signAll, styled, tabled } from "./acts.js";
import { ask, readable, refuseAnother, tell, working } from "./page.js";
import { signerHere } from "./signer.js";
import { KINDS, told } from "./words.js";

const form = document.querySelector("#several");
const box = document.querySelector("#together");
const button = document.querySelector("#sign");
const progress = document.querySelector("#progress");
const trouble = document.querySelector("#trouble");
const { trial, key, back, word } = form.dataset;

// A policy file or a list of allotments is much shorter.
const MOST_BYTES = 20 * 1024 * 1024;

// The file as it was when its acts were listed, and these.
let listed;

async function tried({ name, bytes }) {
  return ask("POST", `${trial}?${new URLSearchParams({ name })}`, { bytes });
}

// Acts of one kind that say the same things stand in one table, a row an act; an act by itself has a row a thing.
function grouped(acts) {
  const groups = [];
  for (const { kind, body } of acts) {
    if (!Object.hasOwn(KINDS, kind)) throw new Error(`本页不认识“${kind}”这种动作，不能在这里签署。`);
    const row = told(body, "", kind);
    const mark = [kind, ...row.map(([one]) => one)].join("\n");
    if (groups.at(-1)?.mark === mark) groups.at(-1).rows.push(row);
    else groups.push({ kind, mark, rows: [row] });
  }
  return groups;
}

function tableOf({ kind, rows }) {
  const table = document.createElement("table");
  table.createCaption().textContent = `${KINDS[kind]}（${kind}），${rows.length} 项`;
  [table.createTHead(), table.createTBody()];
  if (rows.length > 1) {
    tabled(table, rows);
    return table;
  }
  for (const [said, value] of rows[0]) {
    const line = table.tBodies[0].insertRow();
    const head = document.createElement("th");
    [head.scope, head.textContent] = ["row", said];
    line.append(head);
    styled(line.insertCell(), value);
  }
  return table;
}

function show({ acts, told: sentences }) {
  const list = document.querySelector("#told");
  list.replaceChildren(...sentences.map((sentence) => {
    const item = document.createElement("li");
    item.textContent = sentence;
    return item;
  }));
  const nothing = acts.length === 0;
  document.querySelector("#nothing").hidden = !nothing;
  document.querySelector("#stated").replaceChildren(...grouped(acts).map(tableOf));
  [box.hidden, button.hidden, button.disabled] = [false, nothing, false];
  button.textContent = `签署这 ${acts.length} 项`;
  (nothing ? box : button).focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const alert = form.querySelector("[role=alert]");
  [alert.hidden, box.hidden, trouble.hidden] = [true, true, true];
  progress.textContent = "";
  const done = working(form, "正在试算");
  try {
    await refuseAnother();
    const [file] = form.querySelector("input[type=file]").files;
    if (file.size > MOST_BYTES) throw new Error(`“${file.name}”超过 20 MiB，不像要选的文件，没有上传。请核对。`);
    const kept = { name: file.name, bytes: await (await readable(file)).arrayBuffer() };
    const { acts, told: sentences } = await tried(kept);
    listed = { ...kept, acts };
    show({ acts, told: sentences });
  } catch (why) {
    tell(alert, why);
  } finally {
    done();
  }
});

// What is listed is what the file said; another file is listed anew.
form.addEventListener("input", () => {
  box.hidden = true;
});

// The office tries all of it once more, and says the very same.
async function isStill() {
  if (!isSame((await tried(listed)).acts, listed.acts)) throw new Error("列出之后台账有了变化，请重新列出。");
}

button.addEventListener("click", async () => {
  const listing = form.querySelector("button[type=submit]");
  [button.disabled, listing.disabled, trouble.hidden] = [true, true, true];
  try {
    const record = await signerHere(key);
    const goOn = "请重新选择这份文件，再试算一次接着办：已经入账的不会重复登记。";
    finished(await signAll(listed.acts, record, { box, progress, isStill, goOn }), { form, box, back: [back, word] });
  } catch (why) {
    tell(trouble, why);
  } finally {
    listing.disabled = false;
  }
});
