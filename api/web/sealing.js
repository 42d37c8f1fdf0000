// A key's seed under a passphrase, for browsers that cannot keep a key which nobody reads out: AES-256-GCM under PBKDF2-HMAC-SHA256.
// The seed is open only while something is being signed.

import { utf8 } from "./canonical.js";

// As OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256.
const ROUNDS = 600_000;
const SHORTEST = 12;

async function keyOf(passphrase, { salt, rounds }) {
  const secret = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// Seals a seed under a passphrase that is asked for twice.
export async function seal(seed) {
  const passphrase = await ask("给密钥设一个口令", "这个浏览器自己不会保管密钥，密钥要用口令锁住。每次登录和签署都要输入；忘了就要重新登记密钥。", true);
  const [salt, iv] = [16, 12].map((length) => crypto.getRandomValues(new Uint8Array(length)));
  const key = await keyOf(passphrase, { salt, rounds: ROUNDS });
  const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, seed));
  return { salt, iv, rounds: ROUNDS, bytes };
}

// Opens a sealed seed for one use: it is overwritten afterwards.
export async function withSeed(sealed, label, use) {
  const passphrase = await ask("输入密钥口令", `用“${label}”的密钥签名。`, false);
  const key = await keyOf(passphrase, sealed);
  let seed;
  try {
    seed = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.bytes));
  } catch {
    throw new Error("口令不对，密钥没有打开。");
  }
  try {
    return await use(seed);
  } finally {
    seed.fill(0);
  }
}

function field(form, label) {
  const [name, input] = [document.createElement("label"), document.createElement("input")];
  [input.type, input.required, input.autocomplete] = ["password", true, "off"];
  name.append(label, input);
  form.append(name);
  return input;
}

function button(text, kind) {
  const made = document.createElement("button");
  [made.type, made.textContent] = [kind, text];
  if (kind === "button") made.className = "quiet";
  return made;
}

// Asks for a passphrase in a window of the page.
function ask(title, words, isNew) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  const [head, told, trouble] = ["h2", "p", "p"].map((name) => document.createElement(name));
  [head.textContent, told.textContent] = [title, words];
  trouble.setAttribute("role", "alert");
  trouble.hidden = true;
  form.append(head, told);
  const first = field(form, "口令");
  const second = isNew ? field(form, "再输入一次") : first;
  const cancel = button("取消", "button");
  form.append(trouble, button("确定", "submit"), cancel);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve, reject) => {
    const refuse = (why) => {
      trouble.textContent = why;
      trouble.hidden = false;
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isNew && first.value.length < SHORTEST) return refuse(`口令至少${SHORTEST}个字符。`);
      if (first.value !== second.value) return refuse("两次输入的口令不同。");
      resolve(first.value);
      dialog.close();
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      reject(new Error("没有输入口令，没有签名。"));
    });
    dialog.showModal();
  });
}
