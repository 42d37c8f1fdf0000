// Signing: the page shows what is stated, works out the bytes itself, and signs exactly these (docs/format/desk.md §4).

import * as keys from "./keys.js";
import { hex, sha256 } from "./canonical.js";
import { refuseOtherLines, refuseOtherRoot } from "./ledger.js";
import { ask, tell } from "./page.js";
import { signAndHandIn, signerHere } from "./signer.js";
import { KINDS, told, yuan } from "./words.js";

const place = document.querySelector("#signing");
const trouble = document.querySelector("#trouble");
const button = document.querySelector("#sign");
const { draft: name, key: keyId, kind } = place.dataset;
const path = `/api/v1/drafts/${name}`;

function show(body) {
  if (!Object.hasOwn(KINDS, kind)) throw new Error(`本页不认识“${kind}”这种动作，不能在这里签署。`);
  const table = document.querySelector("#stated tbody");
  table.replaceChildren(...[["动作", `${KINDS[kind]}（${kind}）`, "kind"], ...told(body, "", kind)].map(([word, value, key]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = word;
    const cell = document.createElement("td");
    cell.textContent = value;
    if (key.endsWith("_fen")) cell.className = "money";
    else if (/^[0-9a-f]{32,64}$/.test(value)) cell.className = "digest";
    row.append(head, cell);
    return row;
  }));
}

// Lines as a person reads them, from the very bytes that the root covers.
const SHOWN = 500;

function showLines(lines) {
  const rows = lines.slice(0, SHOWN).map((line) => {
    const { body, n } = JSON.parse(line);
    return [["行", String(n)], ...told(body).map(([word, value]) => [word, value])];
  });
  const words = [...new Set(rows.flatMap((row) => row.map(([word]) => word)))];
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const word of words) {
    const cell = document.createElement("th");
    [cell.scope, cell.textContent] = ["col", word];
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of rows) {
    const values = new Map(row);
    const line = body.insertRow();
    for (const word of words) {
      const cell = line.insertCell();
      cell.textContent = values.get(word) ?? "";
      if (cell.textContent.endsWith(" 元")) cell.className = "money";
      else if (/^[0-9a-f]{32,64}$/.test(cell.textContent)) cell.className = "digest";
    }
  }
  const box = document.querySelector("#line-list");
  box.querySelector("summary").textContent = lines.length > SHOWN ? `明细前${SHOWN}行，共${lines.length}行` : `明细${lines.length}行`;
  box.append(table);
  box.hidden = false;
}

// What goes out with the act: each paper's fingerprint, worked out here, must stand in the body.
async function checkPapers(draft) {
  const list = document.querySelector("#papers");
  const stated = JSON.stringify(draft.body);
  for (const [at, name] of draft.papers.entries()) {
    const answer = await fetch(`${path}/papers/${at}`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`没有取到随附文件“${name}”，请重试。`);
    const digest = hex(await sha256(await answer.arrayBuffer()));
    if (!stated.includes(`"${digest}"`)) throw new Error(`随附文件“${name}”的指纹不在要签的内容里，不要签署。`);
    const item = document.createElement("li");
    const link = document.createElement("a");
    [link.href, link.textContent] = [`${path}/papers/${at}`, name];
    item.append("随附文件：", link, "（指纹已核对，可先下载细看）");
    list.append(item);
  }
}

// What is agreed to is named by its root: the lines are fetched from the log, and their root is worked out here.
async function checkCovered({ body, covers }) {
  const said = document.querySelector("#lines");
  if (covers === null) throw new Error("没有可供核对的明细，不能签署。");
  said.textContent = "正在逐行核对所涉的明细……";
  const text = await ask("GET", `/api/v1/entries/${covers}/lines`);
  const lines = text.split("\n").slice(0, -1);
  await refuseOtherRoot(body.root, lines);
  const fen = lines.reduce((sum, line) => sum + (JSON.parse(line).body.amount_fen ?? 0), 0);
  if (body.total_fen !== undefined && body.total_fen !== fen) throw new Error(`明细合计${fen}分，要签的是${body.total_fen}分。`);
  if (body.count !== undefined && body.count !== lines.length) throw new Error(`明细有${lines.length}行，要签的是${body.count}行。`);
  showLines(lines);
  said.textContent = `本机已逐行核对第 ${covers} 条记录的明细：${lines.length}行，合计 ${yuan(fen)} 元，指纹与要签的一致。`;
}

async function prepared() {
  const record = await keys.find(keyId);
  if (!record) throw new Error("这个浏览器里没有您登录所用的密钥，不能签署。");
  const draft = await ask("GET", path);
  if (draft.kind !== kind) throw new Error("待签内容与本页不符，请重新打开。");
  show(draft.body);
  if (draft.body.manifest) {
    document.querySelector("#lines").textContent = "正在逐行核对明细……";
    const text = await ask("GET", `${path}/lines`);
    const lines = text.split("\n").slice(0, -1);
    await refuseOtherLines(draft.body.manifest, lines);
    showLines(lines);
    document.querySelector("#lines").textContent = `本机已逐行核对：${lines.length}行，笔数、合计、指纹与清单一致。`;
  }
  if (draft.body.root) await checkCovered(draft);
  await checkPapers(draft);
  return { draft };
}

async function sign({ draft }) {
  const record = await signerHere(keyId);
  const signs = (signed) => keys.sign(record, signed);
  const { receipt } = await signAndHandIn(record, signs, { kind, body: draft.body, path, place: trouble.parentElement });
  return receipt;
}

if (button) {
  button.disabled = true;
  prepared().then((ready) => {
    button.disabled = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      trouble.hidden = true;
      try {
        const { seq } = await sign(ready);
        location.assign(`/drafts/${name}?seq=${seq}`);
      } catch (why) {
        // Signed in another window: the page shows where it stands in the books.
        if (why.code === "draft.signed") return location.reload();
        tell(trouble, why);
        button.disabled = false;
      }
    });
  }).catch((why) => tell(trouble, why));
  document.querySelector("#drop").addEventListener("click", async () => {
    await ask("DELETE", path).then(() => location.assign("/"), (why) => tell(trouble, why));
  });
}

