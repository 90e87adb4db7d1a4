"use strict";
// page.js - tables that sort by a click on a heading, and show the rows of one program. Without it all rows are there.

function keyOf(row, column) {
  const cell = row.cells[column];
  return "sort" in cell.dataset ? (cell.dataset.sort === "" ? null : Number(cell.dataset.sort)) : cell.textContent;
}

// What is not known stays last, whichever way is up.
function sortBy(table, column, up) {
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const x = keyOf(a, column), y = keyOf(b, column);
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "number" ? x - y : x.localeCompare(y);
    return up ? order : -order;
  });
  table.tBodies[0].append(...rows);
}

function addSorting(table) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      table.querySelectorAll("[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      sortBy(table, column, up);
    });
  });
}

function addFilter(table) {
  const column = Number(table.dataset.by), rows = [...table.tBodies[0].rows];
  const label = document.createElement("label"), select = document.createElement("select"), said = document.createElement("output");
  const values = [...new Set(rows.map(row => row.cells[column].firstChild.textContent))];
  for (const value of ["all", ...values]) select.add(new Option(value, value === "all" ? "" : value));
  label.append(table.tHead.rows[0].cells[column].textContent + ": ", select);
  const place = document.createElement("p");
  place.className = "filter";
  place.append(label, said);
  table.parentElement.before(place);
  select.addEventListener("change", () => {
    for (const row of rows) row.hidden = select.selectedIndex > 0 && row.cells[column].firstChild.textContent !== select.value;
    said.textContent = rows.filter(row => !row.hidden).length + " of " + rows.length + " rows";
  });
}

for (const table of document.querySelectorAll("table.sortable")) {
  if ("by" in table.dataset) addFilter(table);
  addSorting(table);
}
