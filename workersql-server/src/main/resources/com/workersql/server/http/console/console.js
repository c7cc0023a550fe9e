// SPDX-License-Identifier: Apache-2.0
"use strict";

// Whatever comes from the gateway is put into the page as text, never as markup: rows and messages are what their writers like.
const MAX_ROWS = 500;
const REFRESH_MILLIS = 2000;
const element = (id) => document.getElementById(id);

function cell(row, text, kind) {
  const made = document.createElement("td");
  made.textContent = text;
  if (kind) made.className = kind;
  row.append(made);
}

function fill(table, rows) {
  const body = table.tBodies[0];
  body.replaceChildren();
  for (const values of rows) {
    const row = body.insertRow();
    for (const value of values) {
      cell(row, value === null ? "NULL" : typeof value === "object" ? JSON.stringify(value) : String(value),
        value === null ? "null" : "");
    }
  }
}

/** The samples of Prometheus' text format: name, labels, value. */
function samples(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const parts = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!parts) continue;
    const labels = {};
    for (const [, name, value] of (parts[2] || "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) labels[name] = value;
    found.push({ name: parts[1], labels, value: Number(parts[3]) });
  }
  return found;
}

function showShards(all) {
  const shards = new Map();
  for (const { name, labels, value } of all) {
    if (!labels.shard) continue;
    const shard = shards.get(labels.shard) || { primary: 0, breaker: 0, connections: [], running: 0 };
    shards.set(labels.shard, shard);
    if (name === "workersql_shard_primary") shard.primary += value;
    if (name === "workersql_breaker_open") shard.breaker += value;
    if (name === "workersql_pool_connections") shard.connections.push(`${value} ${labels.state}`);
    if (name === "workersql_statements_running") shard.running += value;
  }
  fill(element("shards"), [...shards].sort().map(([name, shard]) => [name, shard.primary ? "reached" : "not reached",
    shard.breaker ? "open" : "closed", shard.connections.join(", "), shard.running]));
}

let before = null;

function showFigures(all) {
  const sum = (name) => all.filter((one) => one.name === name).reduce((total, one) => total + one.value, 0);
  const now = { at: performance.now(), requests: sum("workersql_http_requests_seconds_count") };
  const rate = before ? (now.requests - before.requests) / ((now.at - before.at) / 1000) : 0;
  before = now;
  const hits = sum("workersql_plan_cache_hits_total");
  const misses = sum("workersql_plan_cache_misses_total");
  const figures = [
    ["MySQL sessions", sum("workersql_sessions")],
    ["HTTP connections", sum("workersql_http_connections")],
    ["WebSockets", sum("workersql_ws_connections")],
    ["HTTP requests a second", rate.toFixed(1)],
    ["Plans from the cache", hits + misses ? `${(100 * hits / (hits + misses)).toFixed(1)} %` : "none yet"],
  ];
  element("figures").replaceChildren(...figures.flatMap(([name, value]) => {
    const term = document.createElement("dt");
    const data = document.createElement("dd");
    term.textContent = name;
    data.textContent = value;
    return [term, data];
  }));
}

async function refresh() {
  try {
    const health = await (await fetch("/v1/health")).json();
    element("health").textContent = `${health.status}; shards ${health.database}`;
    const all = samples(await (await fetch("/metrics")).text());
    showShards(all);
    showFigures(all);
  } catch {
    element("health").textContent = "The gateway does not answer";
  }
  setTimeout(refresh, REFRESH_MILLIS);
}

/** The header that proves who asks. It is made of what stands in the form, and kept nowhere. */
function authorization() {
  const user = element("user").value;
  const secret = element("password").value;
  if (!user) return `Bearer ${secret}`;
  const bytes = new TextEncoder().encode(`${user}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

async function post(path) {
  element("outcome").textContent = "...";
  element("rows").hidden = true;
  element("route-table").hidden = true;
  const response = await fetch(path, {
    method: "POST",
    headers: { Authorization: authorization(), "Content-Type": "application/json" },
    body: JSON.stringify({ sql: element("sql").value, rows: "array" }),
  });
  const answer = await response.json();
  if (!answer.success) throw new Error(answer.error ? answer.error.message : `Status ${response.status}`);
  return answer;
}

async function run() {
  const answer = await post("/v1/query");
  const shards = ((answer.meta && answer.meta.shards) || []).join(", ");
  const what = answer.data ? `${answer.rowCount} rows` : `${answer.rowsAffected || 0} rows affected`;
  element("outcome").textContent = `${what} in ${answer.executionTime} ms${shards && ` from ${shards}`}`;
  if (answer.data) {
    const table = element("rows");
    const head = document.createElement("tr");
    for (const column of answer.columns) {
      const name = document.createElement("th");
      name.textContent = column.name;
      head.append(name);
    }
    table.tHead.replaceChildren(head);
    fill(table, answer.data.slice(0, MAX_ROWS));
    if (answer.data.length > MAX_ROWS) element("outcome").textContent += `; the first ${MAX_ROWS} are shown`;
    table.hidden = false;
  }
  await route(element("outcome").textContent);
}

async function route(outcome) {
  const rows = element("rows").hidden;
  const { route: found } = await post("/v1/route");
  element("outcome").textContent = outcome || "";
  element("rows").hidden = rows;
  fill(element("route-table"), Object.entries(found).map(([name, value]) =>
    [name, Array.isArray(value) ? value.map((one) => typeof one === "object" ? JSON.stringify(one) : one).join(", ") : value]));
  element("route-table").hidden = false;
}

function reporting(action) {
  return (event) => {
    event.preventDefault();
    action().catch((error) => { element("outcome").textContent = error.message; });
  };
}

element("form").addEventListener("submit", reporting(run));
element("route").addEventListener("click", reporting(() => route("")));
refresh();
