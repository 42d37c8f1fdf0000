// Tables that sort by a click on their heads, show only rows with some words in them, and can be taken along as a file.
// All of it is about the rows that are on the page; what is on other pages the caption says.

const numeric = /^-?[\d,]+(?:\.\d+)?$/;

function value(row, column) {
  const text = row.cells[column]?.textContent.trim() ?? "";
  return numeric.test(text) ? Number(text.replace(/,/g, "")) : text;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return one.localeCompare(other, "zh-CN");
}

function sort(table, head, column) {
  const rising = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => compare(value(one, column), value(other, column)) * (rising ? 1 : -1));
  table.tBodies[0].append(...rows);
}

// A field of a CSV file: quoted, and never taken for a formula by a spreadsheet.
function field(text) {
  const plain = text.trim().replace(/\s+/g, " ");
  const safe = /^[=+@\t]/.test(plain) || (plain.startsWith("-") && !numeric.test(plain)) ? `'${plain}` : plain;
  return `"${safe.replace(/"/g, '""')}"`;
}

function csv(table) {
  const rows = [table.tHead.rows[0], ...[...table.tBodies[0].rows].filter((row) => !row.hidden)];
  // Where the figures come from goes with them: the ledger, what the table says of itself, how far the books were read.
  const about = [document.title, table.caption?.textContent ?? "", document.querySelector("footer").firstChild?.textContent ?? "", location.pathname + location.search];
  const lines = [...about.filter((text) => text.trim() !== "").map(field), ...rows.map((row) => [...row.cells].map((cell) => field(cell.textContent)).join(","))];
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function tools(table) {
  const bar = document.createElement("div");
  bar.className = "tools";
  const name = document.createElement("label");
  name.textContent = "筛选本页";
  const words = document.createElement("input");
  words.type = "search";
  name.append(words);
  words.addEventListener("input", () => {
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.includes(words.value.trim());
  });
  const save = document.createElement("button");
  [save.type, save.className, save.textContent] = ["button", "quiet", "导出本页（CSV）"];
  save.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
    link.download = `${document.title.split(" · ")[0]}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  bar.append(name, save);
  table.before(bar);
}

for (const table of document.querySelectorAll("table[data-sorts]")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (head.textContent.trim() === "") return;
    const button = document.createElement("button");
    [button.type, button.className] = ["button", "sorts"];
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head, column));
  });
  if (table.tBodies[0].rows.length > 5) tools(table);
}
