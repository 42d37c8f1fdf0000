// Vouching for another person's key, and codes for new ones. What is signed is made here, of the key's public half and its holder.

import { base64, bytes, fromBase64 } from "./canonical.js";
import * as keys from "./keys.js";
import { keyId, labelled, recordOf } from "./ledger.js";
import { ask, tell } from "./page.js";

// So many signs of the key's id the holder says aloud: 64 bits, for which nobody finds another key.
const TOLD = 16;

function onSubmit(form, work) {
  const trouble = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      await work();
    } catch (why) {
      tell(trouble, why);
    }
  });
}

for (const form of document.querySelectorAll("form[data-vouch]")) {
  onSubmit(form, async () => {
    const { key, officer, own, public: publicKey } = form.dataset;
    const id = await keyId(fromBase64(publicKey));
    if (id !== key) throw new Error("密钥与编号不符，不要会签，请报告监督方。");
    const told = form.elements.told.value.replace(/\s/g, "").toLowerCase();
    if (told !== id.slice(-TOLD)) throw new Error(`编号后${TOLD}位不符。请与本人当面核对，对不上就不要会签。`);
    const record = await keys.find(own);
    if (!record) throw new Error("登录用的密钥不在这个浏览器里，请重新登录。");
    const stated = bytes(recordOf(officer, fromBase64(publicKey)));
    const sig = base64(await keys.sign(record, labelled("doudi/countersign/v1", record.origin, stated)));
    await ask("POST", `/api/v1/enrolments/${key}/countersignatures`, { json: { sig } });
    location.reload();
  });
}

for (const form of document.querySelectorAll("form[data-drop]")) {
  onSubmit(form, async () => {
    if (!confirm("放弃后，本人要重新生成。确定放弃？")) return;
    await ask("DELETE", form.dataset.drop);
    location.reload();
  });
}

const invite = document.querySelector("#invite");
if (invite) {
  onSubmit(invite, async () => {
    const { code } = await ask("POST", "/api/v1/enrolments/codes", { json: { officer: invite.elements.officer.value } });
    document.querySelector("#new-code").textContent = code;
    document.querySelector("#given").hidden = false;
  });
}
