// Signing in: a key of this browser answers the server's challenge.

import { base64, utf8 } from "./canonical.js";
import * as keys from "./keys.js";
import { ask, tell } from "./page.js";

const list = document.querySelector("#keys");
const trouble = document.querySelector("#trouble");

async function signIn(record) {
  const site = location.origin;
  // A challenge lasts two minutes: a key under a passphrase is opened first.
  const { challenge, signature } = await keys.using(record, async (sign) => {
    const { challenge } = await ask("POST", "/api/v1/challenges");
    const message = utf8(`doudi/session/v1\n${record.origin}\n${site}\n${challenge}`);
    return { challenge, signature: base64(await sign(message)) };
  });
  await ask("POST", "/api/v1/session", { json: { challenge, key: record.id, signature, site } });
  location.assign("/");
}

function row(record) {
  const item = document.createElement("li");
  const enter = document.createElement("button");
  enter.type = "button";
  enter.textContent = `用“${record.label}”登录`;
  enter.addEventListener("click", () => signIn(record).catch((why) => tell(trouble, why)));
  const id = document.createElement("code");
  id.textContent = record.id;
  const ledger = document.createElement("span");
  ledger.className = "digest";
  ledger.textContent = `台账 ${record.logKey}`;
  const forget = document.createElement("button");
  forget.type = "button";
  forget.className = "quiet";
  forget.textContent = "从本浏览器移除";
  forget.addEventListener("click", async () => {
    if (!confirm(`移除后，没有密钥文件就不能再用这把密钥：${record.label}。确定移除？`)) return;
    await keys.forget(record.id);
    await show();
  });
  item.append(enter, " ", id, " ", forget, document.createElement("br"), ledger);
  return item;
}

async function show() {
  const known = await keys.all();
  list.replaceChildren(...known.map(row));
  document.querySelector("#nothing").hidden = known.length > 0;
}

document.querySelector("#file").addEventListener("change", async (event) => {
  trouble.hidden = true;
  try {
    const [file] = event.target.files;
    const { origin, log_key } = await ask("GET", "/api/v1/ledger");
    await keys.fromPem(await file.text(), { label: file.name.replace(/\.pem$/, ""), origin, logKey: log_key });
    await show();
  } catch (why) {
    tell(trouble, why);
  } finally {
    event.target.value = "";
  }
});

document.querySelector("#ended").hidden = !location.search.includes("ended");

// Browsers sign on safe addresses only: https, or this machine itself.
if (!globalThis.isSecureContext || !crypto.subtle) {
  tell(trouble, new Error("这个网址不是安全连接，浏览器不许签名。请用单位公布的 https 网址打开；在服务器本机上可用 http://127.0.0.1。"));
} else {
  show().catch((why) => tell(trouble, why));
}
