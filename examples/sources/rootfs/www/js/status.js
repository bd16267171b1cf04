"use strict";
// Fills the status page from the router's own report.
fetch("/cgi-bin/status.cgi")
  .then((reply) => reply.json())
  .then((status) => {
    const list = document.getElementById("status");
    for (const key of Object.keys(status)) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = key;
      value.textContent = status[key];
      list.append(term, value);
    }
  });
