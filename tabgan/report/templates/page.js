"use strict";
(function () {
  const said = document.getElementById("said");
  const tip = document.getElementById("tip");

  // In a frame without an address of its own, "#place" would lead to the page around it.
  if (location.protocol === "about:") {
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const target = document.getElementById(link.getAttribute("href").slice(1));
        target.setAttribute("tabindex", "-1");
        target.focus({ preventScroll: true });
        target.scrollIntoView();
      });
    }
  }

  // Tables: a button in every head; cells without a value stay last, equal ones keep their order.
  function compare(first, second, isText) {
    if (isText) return first.localeCompare(second, undefined, { numeric: true });
    return Number(first) - Number(second);
  }

  function key(row, place) {
    const cell = row.cells[place];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : cell.dataset.sort;
  }

  function sort(table, head) {
    const isText = head.dataset.kind === "text";
    const place = head.cellIndex;
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    rows.sort((a, b) => {
      const [first, second] = [key(a, place), key(b, place)];
      if (first === "" || second === "") return (first === "") - (second === "");
      return sign * compare(first, second, isText);
    });
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    const order = sign > 0 ? "ascending" : "descending";
    head.setAttribute("aria-sort", order);
    body.append(...rows);
    said.textContent = "Sorted by " + head.textContent.trim() + ", " + order;
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    if (table.tBodies[0].rows.length < 2) continue;
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head));
    }
  }

  // The map: texts of points beside the pointer; arrow keys walk from point to point.
  function show(text, box) {
    tip.textContent = text;
    tip.hidden = false;
    const left = box.right + 8 + tip.offsetWidth > document.documentElement.clientWidth
      ? box.left - 8 - tip.offsetWidth : box.right + 8;
    tip.style.left = Math.max(left, 4) + window.scrollX + "px";
    tip.style.top = Math.max(box.top - tip.offsetHeight - 4, 4) + window.scrollY + "px";
  }

  function prepare(svg) {
    const texts = new Map();
    let current = null;
    for (const mark of svg.children) {
      const title = mark.querySelector("title");
      const kind = mark.classList.contains("real") ? "Real" : "Synthetic";
      const text = title ? title.textContent : "";
      const isNamed = text.toLowerCase().startsWith(kind.toLowerCase());
      texts.set(mark, isNamed || !text ? text || kind : kind + ": " + text);
      if (title) title.remove();
    }
    const marks = Array.from(texts.keys());

    function choose(mark, isSaid) {
      if (current) current.classList.remove("at");
      current = mark;
      if (!mark) { tip.hidden = true; return; }
      mark.classList.add("at");
      show(texts.get(mark), mark.getBoundingClientRect());
      if (isSaid) said.textContent = texts.get(mark);
    }

    function middle(mark) {
      const box = mark.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    }

    // The nearest point within 45 degrees of the arrow's direction.
    function next(across, down) {
      if (!current) return marks[0];
      const [x, y] = middle(current);
      let best = null, least = Infinity;
      for (const mark of marks) {
        if (mark === current || getComputedStyle(mark).display === "none") continue;
        const [dx, dy] = middle(mark).map((value, axis) => value - (axis ? y : x));
        const ahead = dx * across + dy * down;
        const aside = Math.abs(dx * down) + Math.abs(dy * across);
        const length = dx * dx + dy * dy;
        if (ahead > 0 && aside <= ahead && length < least) { best = mark; least = length; }
      }
      return best || current;
    }

    svg.addEventListener("pointerover", (event) => {
      if (texts.has(event.target)) choose(event.target, false);
    });
    svg.addEventListener("pointerleave", () => choose(null));
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("aria-roledescription", "map, arrow keys go from point to point");
    svg.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.key === "Escape") { choose(null); return; }
      if (!(event.key in steps)) return;
      event.preventDefault();
      choose(next(...steps[event.key]), true);
    });
    svg.addEventListener("blur", () => choose(null));
  }

  document.querySelectorAll("svg.points").forEach(prepare);

  // Matrices: the names and both values of the cell under the pointer.
  function explain(holder) {
    const told = JSON.parse(holder.dataset.matrix);
    holder.querySelectorAll("svg").forEach((svg) => {
      svg.addEventListener("pointermove", (event) => {
        const field = svg.querySelector(".field").getBoundingClientRect();
        const n = told.columns.length;
        const column = Math.floor((event.clientX - field.left) / field.width * n);
        const row = Math.floor((event.clientY - field.top) / field.height * n);
        if (column < 0 || row < 0 || column >= n || row >= n) { tip.hidden = true; return; }
        const [real, synthetic] = ["real", "synthetic"].map((name) => {
          const value = told[name][row][column];
          return value === null ? "undefined" : String(value);
        });
        show(told.columns[row] + " and " + told.columns[column] + ": real " + real +
          ", synthetic " + synthetic,
          { left: event.clientX, right: event.clientX, top: event.clientY });
      });
      svg.addEventListener("pointerleave", () => { tip.hidden = true; });
    });
  }

  document.querySelectorAll("[data-matrix]").forEach(explain);
})();
