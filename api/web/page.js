// What every page does: ask the server, tell what went wrong, send forms as drafts.

import { hex, sha256 } from "./canonical.js";

// Asks the server. A problem becomes an error with the server's own words.
export async function ask(method, path, { json, bytes } = {}) {
  const headers = {};
  let body;
  if (json !== undefined) [headers["content-type"], body] = ["application/json", JSON.stringify(json)];
  if (bytes !== undefined) [headers["content-type"], body] = ["application/octet-stream", bytes];
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, credentials: "same-origin", redirect: "error" });
  } catch {
    throw new Error("没有连上服务，请检查网络后重试。刚才的动作是否入账，可在“记录”里查看。");
  }
  if (answer.status === 204) return null;
  const kind = answer.headers.get("content-type") ?? "";
  try {
    if (answer.ok) return await (kind.startsWith("application/json") ? answer.json() : answer.text());
  } catch {
    throw new Error("答复没有收全，请检查网络后重试。");
  }
  const problem = kind.startsWith("application/problem+json") ? await answer.json() : { title: await answer.text() };
  const why = new Error(problem.title || `服务没有受理（${answer.status}）。`);
  [why.code, why.hint, why.problems] = [problem.code, problem.hint, problem.problems];
  if (answer.status === 401 && !["/sign-in", "/enrol"].includes(location.pathname)) location.assign("/sign-in?ended");
  throw why;
}

// Shows what went wrong where a person looks, problems of a file one by one with their places.
export function tell(place, why) {
  const parts = [document.createElement("strong")];
  parts[0].textContent = why.code ? `没有受理〔${why.code}〕` : "没有完成";
  const text = document.createElement("pre");
  text.textContent = why.hint ? `${why.message}\n怎么办：${why.hint}` : why.message;
  parts.push(text);
  if (why.problems?.length > 1) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const name of ["行", "列", "问题"]) {
      const cell = document.createElement("th");
      [cell.scope, cell.textContent] = ["col", name];
      head.append(cell);
    }
    const body = table.createTBody();
    for (const problem of why.problems.slice(0, 500)) {
      const row = body.insertRow();
      for (const value of [problem.row ?? "", problem.column ?? "", problem.text]) row.insertCell().textContent = value;
    }
    parts.push(table);
  }
  place.replaceChildren(...parts);
  place.hidden = false;
  place.focus();
}

function valueOf(form) {
  const value = {};
  for (const [name, given] of new FormData(form)) {
    const field = form.elements[name];
    if (given instanceof File || given === "") continue;
    const isList = field instanceof RadioNodeList ? true : field.dataset.list !== undefined;
    if (isList) (value[name] ??= []).push(given);
    else value[name] = given;
  }
  return value;
}

// A file under a name is a proof: its fingerprint goes out, the file stays here.
async function fingerprints(form) {
  const value = {};
  for (const field of form.querySelectorAll("input[type=file][name]")) Object.assign(value, await fingerprint(field));
  return value;
}

async function fingerprint({ name, files: [file] }) {
  if (!file) return {};
  await readable(file);
  if (file.size === 0) throw new Error(`“${file.name}”是空的文件，不能作凭证。`);
  return { [name]: hex(await sha256(await file.arrayBuffer())) };
}

// 12,345.67 yuan in fen: two decimals at most, nothing rounded.
function fen(text) {
  const found = /^(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!found) throw new Error(`金额“${text}”不对：应为元，至多两位小数。`);
  const value = Number(found[1].replace(/,/g, "") + (found[2] ?? "").padEnd(2, "0"));
  if (!Number.isSafeInteger(value)) throw new Error(`金额“${text}”太大。`);
  return value;
}

function whole(text) {
  if (!/^\d{1,15}$/.test(text.trim())) throw new Error(`“${text}”不对：应为整数。`);
  return Number(text);
}

// Entry numbers, with commas or blanks between them.
function numbers(text) {
  const found = text.split(/[\s,，、]+/).filter((one) => one !== "");
  const wrong = found.find((one) => !/^\d{1,15}$/.test(one));
  if (wrong) throw new Error(`记录号“${wrong}”不对：应为整数，用逗号分隔。`);
  return found.map(Number);
}

// A percentage in hundredths of a percent: -0.3 is -30. Nothing is rounded.
function hundredths(text) {
  const found = /^(-?)(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/^[－−]/, "-").replace(/[%％]$/, ""));
  if (!found) throw new Error(`百分数“${text}”不对：至多两位小数，例如 2.35 或 -0.3。`);
  const value = Number(found[2] + (found[3] ?? "").padEnd(2, "0"));
  if (value >= 10000) throw new Error(`“${text}”不像涨幅：填同比涨了百分之几，不是指数；指数102.3填2.3。`);
  return found[1] === "" || value === 0 ? value : -value;
}

// Days of the calendar, with commas or blanks between them, the earliest first.
function days(text) {
  const found = text.split(/[\s,，、；;]+/).filter((one) => one !== "");
  const wrong = found.find((one) => !/^\d{4}-\d{2}-\d{2}$/.test(one));
  if (wrong) throw new Error(`日期“${wrong}”不对：应如 2027-01-01，用逗号分隔。`);
  return found.sort();
}

// The parts of an amount: every row with an amount, its label and, where the standard asks for one, its quantity.
function partsOf(set) {
  const parts = [];
  for (const row of set.querySelectorAll("tbody tr")) {
    const [label, amount, quantity] = ["label", "amount", "quantity"].map((name) => row.querySelector(`[data-part=${name}]`).value.trim());
    if (amount === "" && quantity === "") continue;
    if (label === "" || amount === "") throw new Error("每个分项都要有名目和金额。");
    parts.push({ label, amount_fen: fen(amount), ...(quantity === "" ? {} : { quantity: whole(quantity) }) });
  }
  if (parts.length === 0) throw new Error(`请至少填一项：${set.querySelector("legend").textContent}`);
  return parts;
}

// The body of an act from a form: amounts in yuan, whole numbers, the digest of a proof, everything else as it is written;
// and, apart from it, what goes into the vault.
export async function stated(form) {
  const [body, personal] = [{}, {}];
  for (const field of form.elements) {
    const { name, dataset } = field;
    // Account numbers are printed in groups of four.
    const secret = dataset.private ?? dataset.twice;
    const plain = secret === undefined ? "" : ["number", "id_no"].includes(secret) ? field.value.replace(/\s/g, "") : field.value.trim();
    if (dataset.private) personal[dataset.private] = plain;
    if (dataset.twice && personal[dataset.twice] !== plain) throw new Error("两次输入的不同，请核对后重输。");
    if (dataset.person) body[dataset.person] = (await ask("POST", "/api/v1/persons/search", { json: { id_no: field.value.trim(), as_payee: true } })).person;
    if (!name || (field.value === "" && field.type !== "file" && dataset.numbers === undefined && dataset.days === undefined)) continue;
    if (dataset.json !== undefined) body[name] = JSON.parse(field.value);
    else if (dataset.fills !== undefined) Object.assign(body, JSON.parse(field.value));
    else if (dataset.numbers !== undefined) body[name] = numbers(field.value);
    else if (dataset.days !== undefined) body[name] = days(field.value);
    else if (dataset.percent !== undefined) body[name] = hundredths(field.value);
    else if (dataset.list !== undefined) {
      if (field.checked) (body[name] ??= []).push(field.value);
    } else if (dataset.fen !== undefined) body[name] = fen(field.value);
    else if (dataset.whole !== undefined) body[name] = whole(field.value);
    else if (field.type === "file") {
      Object.assign(body, await fingerprint(field));
    } else body[name] = field.value.trim();
  }
  for (const set of form.querySelectorAll("fieldset[data-parts]")) body[set.dataset.parts] = partsOf(set);
  const act = { kind: form.dataset.act, body };
  return Object.keys(personal).length > 0 ? { ...act, private: personal } : act;
}

// Says that something is under way and for how long, after a moment. Gives what ends it.
export function working(place, words) {
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.className = "quiet";
  const began = Date.now();
  const timer = setInterval(() => {
    if (!said.isConnected) place.append(said);
    said.textContent = `${words}，已用 ${Math.round((Date.now() - began) / 1000)} 秒`;
  }, 1000);
  return () => {
    clearInterval(timer);
    said.remove();
  };
}

// A page that was opened for one person is not worked with once another has signed in in this browser.
export async function refuseAnother() {
  const { key } = document.body.dataset;
  if (key === undefined) return;
  const current = await ask("GET", "/api/v1/session");
  if (current.key !== key) throw new Error(`这个浏览器里现在登录的是“${current.post}”，这一页是另一个人的。请刷新本页，或换回本人登录。`);
}

// The browser lets go of a file that was written again after it was chosen. Gives the file if it can be read.
export async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error(`“${file.name}”在选好之后改动过，或已经移走。请重新选择文件。`);
  }
  return file;
}

// The server takes no longer file; it would only break the upload off.
const MOST_BYTES = 256 * 1024 * 1024;

// A form with data-draft makes a draft and goes to where it is signed. With a file in it, the file is the body and the rest a question.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const trouble = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    trouble.hidden = true;
    form.setAttribute("aria-busy", "true");
    const done = working(form, "正在上传和核对，请不要关闭本页");
    try {
      for (const set of form.querySelectorAll("fieldset[data-one]")) {
        if (!set.querySelector(":checked")) throw new Error(`请至少勾选一项：${set.querySelector("legend").textContent}`);
      }
      await refuseAnother();
      const { act } = form.dataset;
      const value = act ? await stated(form) : { ...valueOf(form), ...(await fingerprints(form)) };
      const file = act ? undefined : form.querySelector("input[type=file]:not([name])")?.files[0];
      if (file && file.size > MOST_BYTES) {
        throw new Error("文件超过 256 MiB，没有上传。请向银行要分成几份的文件。");
      }
      if (file) await readable(file);
      const question = file ? `?${new URLSearchParams({ name: file.name, ...value })}` : "";
      const sent = file ? { bytes: file } : { json: value };
      const { draft } = await ask("POST", form.dataset.draft + question, sent);
      location.assign(`/drafts/${draft}`);
    } catch (why) {
      tell(trouble, why);
    } finally {
      done();
      button.disabled = false;
      form.removeAttribute("aria-busy");
    }
  });
}

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await ask("DELETE", "/api/v1/session").catch(() => null);
    location.assign("/sign-in");
  });
}
