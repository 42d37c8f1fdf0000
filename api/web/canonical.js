// Canonical JSON (docs/format/log.md §2): one byte sequence per value. What cannot be written so is refused, never mended.

const encoder = new TextEncoder();

// The canonical text of a value.
export function text(value) {
  if (value === true || value === false) return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error(`不是整数或超出范围：${value}`);
    return String(value);
  }
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort().map((key) => {
      if (!/^[a-z0-9_]+$/.test(key)) throw new Error(`不合规定的键：${key}`);
      return `"${key}":${text(value[key])}`;
    });
    return `{${members.join(",")}}`;
  }
  throw new Error(`不能签署的内容：${value}`);
}

function quoted(value) {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new Error("文字里有控制字符");
  if (/\p{Surrogate}/u.test(value)) throw new Error("文字里有不成对的代理字符");
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

// The canonical bytes of a value.
export function bytes(value) {
  return encoder.encode(text(value));
}

export function utf8(value) {
  return encoder.encode(value);
}

export function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function hex(some) {
  return Array.from(some, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error("不是十六进制");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64(some) {
  return btoa(Array.from(some, (byte) => String.fromCharCode(byte)).join(""));
}

export function fromBase64(value) {
  return Uint8Array.from(atob(value), (sign) => sign.charCodeAt(0));
}

export async function sha256(some) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", some));
}
