// The page of dial_a_joke works without this. With it, the calls are seen to go on, and the
// times of the one who looks stand beside those of the server.
"use strict";

const EVERY = 1000; // ms between two looks
const LATER = 5000; // when the server could not be reached

const $ = (id) => document.getElementById(id);
const states = new Map(); // what was last seen of each call, by its id

// --- Times ---------------------------------------------------------------------------

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "local time";
const localTime = new Intl.DateTimeFormat(undefined, {
  weekday: "short", hour: "2-digit", minute: "2-digit",
});

function isUtc(date) {
  return date.getTimezoneOffset() === 0;
}

function showChosenTime() {
  const chosen = new Date(`${$("date").value}T${$("time").value}Z`);
  if (Number.isNaN(chosen.getTime())) {
    $("local").textContent = "Times are UTC.";
  } else if (isUtc(chosen)) {
    $("local").textContent = "Times are UTC; so are yours.";
  } else {
    $("local").textContent =
      `Times are UTC. That is ${localTime.format(chosen)} in yours (${zone}).`;
  }
}

// --- The calls -----------------------------------------------------------------------

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function whenOf(call) {
  const [day, clock] = call.at.replace(/(:00)?Z$/, "").split("T");
  const time = element("time", "", `${day} `, element("b", "", clock), " UTC");
  const date = new Date(call.at);
  time.dateTime = call.at;
  const when = element("span", "when", time);
  if (!isUtc(date)) {
    when.append(element("span", "local", `${localTime.format(date)} your time`));
  }
  return when;
}

function rowOf(call) {
  const row = element("li", "", whenOf(call), element("span", "number", call.number),
    element("span", `state ${call.state}`, call.says));
  row.dataset.id = call.id;
  row.dataset.state = call.state;
  return row;
}

// What is as it was stays: who reads it is not disturbed.
function showList(list, calls) {
  const shown = Array.from(list.children, (row) => `${row.dataset.id} ${row.dataset.state}`);
  const wanted = calls.map((call) => `${call.id} ${call.state}`);
  const hasLocal = list.dataset.dressed === "yes";
  if (hasLocal && shown.join() === wanted.join()) return;
  list.replaceChildren(...calls.map(rowOf));
  list.dataset.dressed = "yes";
}

// For those who hear the page.
function tellNews(calls) {
  const news = [];
  for (const call of calls) {
    const before = states.get(call.id);
    if (before !== undefined && before !== call.state) {
      news.push(`Call to ${call.number}: ${call.says}.`);
    }
    states.set(call.id, call.state);
  }
  if (news.length > 0) $("news").textContent = news.slice(0, 3).join(" ");
}

function show(answer) {
  showList($("coming"), answer.coming);
  showList($("over"), answer.over);
  $("nothing").hidden = answer.coming.length > 0;
  $("past").hidden = answer.over.length === 0;
  $("more").hidden = answer.more === 0;
  $("more").textContent = `… and ${answer.more} more`;
  tellNews([...answer.coming, ...answer.over]);
}

async function look() {
  let wait = EVERY;
  try {
    if (!document.hidden) {
      const answer = await fetch("/calls", { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      $("offline").hidden = true;
    }
  } catch {
    $("offline").hidden = false;
    wait = LATER;
  }
  setTimeout(look, wait);
}

for (const id of ["date", "time"]) $(id).addEventListener("input", showChosenTime);
showChosenTime();
look();
