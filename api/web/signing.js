// Signing: the page shows what is stated, works out the bytes itself, and signs exactly these (docs/format/desk.md §4).

import * as keys from "./keys.js";
import { hex, sha256 } from "./canonical.js";
import { actOf, entryOf, isContinued, refuseOtherLines, verifiedCheckpoint } from "./ledger.js";
import { ask, tell, working } from "./page.js";
import { KINDS, told } from "./words.js";

const place = document.querySelector("#signing");
const trouble = document.querySelector("#trouble");
const button = document.querySelector("#sign");
const { draft: name, key: keyId, kind } = place.dataset;
const path = `/api/v1/drafts/${name}`;

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
  await checkPapers(draft);
  return { draft };
}

async function sign({ draft }) {
  // As it is now: another window may have seen more since.
  const record = await keys.find(keyId);
  if (!record) throw new Error("这个浏览器里没有您登录所用的密钥，不能签署。");
  const current = await ask("GET", "/api/v1/session");
  if (current.key !== record.id) throw new Error(`这个浏览器里现在登录的是“${current.post}”，这一页是另一个人的。请换回本人登录后再签。`);
  const facts = await ask("GET", `/api/v1/signers/${record.id}`);
  if (facts.origin !== record.origin) throw new Error("这不是您的密钥所属的台账。");
  const seen = await seenBy(record, facts.checkpoint);
  const { body } = draft;
  const { act, signed } = await actOf(record.origin, { body, key: record.id, kind, prev: facts.prev, seen, seq: facts.seq, time: now() });
  const entry = entryOf(act, await keys.sign(record, signed));
  await keys.keep({ ...record, seen });
  // Once made it is handed in as it is: a second signature would be another act.
  const done = working(trouble.parentElement, "正在入账，并等待存证头覆盖");
  const handIn = () => ask("POST", `${path}/signed`, { bytes: entry });
  try {
    return await handIn().catch((why) => {
      if (why.code) throw why;
      return handIn();
    });
  } finally {
    done();
  }
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

