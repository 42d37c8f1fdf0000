// Looking for a person by the document's number, and asking for fields in plain: each is recorded.

import { ask, tell } from "./page.js";

const search = document.querySelector("#search");
search?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { household } = await ask("POST", "/api/v1/persons/search", { json: { id_no: search.querySelector("#id_no").value } });
    location.assign(`/households/${household}`);
  } catch (why) {
    tell(search.querySelector("[role=alert]"), why);
  }
});

const plain = document.querySelector("#plain");
plain?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const purpose = plain.querySelector("#purpose").value;
  try {
    for (const row of document.querySelectorAll("tr[data-person]")) {
      const { name, id_no } = await ask("POST", `/api/v1/persons/${row.dataset.person}/plain`, { json: { purpose } });
      row.querySelector("[data-name]").textContent = name;
      row.querySelector("[data-number]").textContent = id_no;
    }
  } catch (why) {
    tell(plain.querySelector("[role=alert]"), why);
  }
});
