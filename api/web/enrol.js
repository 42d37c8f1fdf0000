// A new key: made here, stated with a code from the administrator, and of no use until others have vouched for it.

import { base64, bytes } from "./canonical.js";
import * as keys from "./keys.js";
import { keyId, labelled, recordOf } from "./ledger.js";
import { ask, tell } from "./page.js";

const trouble = document.querySelector("#trouble");
const generate = document.querySelector("#generate");
let invited;
let code;
let made;

function show(facts) {
  const list = document.querySelector("#invited");
  list.replaceChildren(...facts.flatMap(([word, value]) => {
    const [term, told] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, told.textContent] = [word, value];
    return [term, told];
  }));
}

document.querySelector("#invite").addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble.hidden = true;
  try {
    code = document.querySelector("#code").value;
    invited = await ask("POST", "/api/v1/enrolments/invitation", { json: { code } });
    show([["岗位", invited.post], ["单位", invited.unit], ["台账", invited.origin], ["存证密钥", invited.log_key]]);
    document.querySelector("#make").hidden = false;
    generate.focus();
  } catch (why) {
    tell(trouble, why);
  }
});

// The key is kept before it is stated: an answer that is lost must not leave a stated key that nobody has.
async function make() {
  const { officer, origin, log_key: logKey, post } = invited;
  // Once more after a lost answer: the same key.
  made ??= await keys.make({ label: post, origin, logKey });
  const record = made;
  const stated = recordOf(officer, record.publicKey);
  const possession = base64(await keys.sign(record, labelled("doudi/key-proof/v1", origin, bytes(stated))));
  try {
    const { key } = await ask("POST", "/api/v1/enrolments", { json: { code, officer, possession, public: stated.public } });
    if (key !== (await keyId(record.publicKey))) throw new Error("服务说的密钥编号与本机算出的不同，不要继续，请报告监督方。");
  } catch (why) {
    if (why.code) {
      await keys.forget(record.id);
      made = undefined;
    }
    throw why;
  }
  return record.id;
}

generate.addEventListener("click", async () => {
  trouble.hidden = true;
  generate.disabled = true;
  try {
    const id = await make();
    document.querySelector("#key-id").textContent = id.match(/.{4}/g).join(" ");
    document.querySelector("#made").hidden = false;
    document.querySelector("#made").scrollIntoView();
  } catch (why) {
    generate.disabled = false;
    tell(trouble, why);
  }
});

if (!globalThis.isSecureContext || !crypto.subtle) {
  tell(trouble, new Error("这个网址不是安全连接，浏览器不能生成密钥。请用单位公布的 https 网址打开。"));
}
