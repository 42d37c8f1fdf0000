// Signs that cannot be seen, or that turn the order of others, are written out: what is shown is what is there.
export function visible(text) {
  return text.replace(/\p{Cf}|\p{Zl}|\p{Zp}/gu, (sign) => `[U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}
