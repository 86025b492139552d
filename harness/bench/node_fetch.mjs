// node_fetch.mjs COUNT CAP URL: as client_fetch.c, with Node's http.

import http from "node:http";

const [count, cap, url] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const agent = new http.Agent({ keepAlive: true, maxSockets: cap });

const fetchOne = () =>
  new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    request.on("error", reject);
  });

const statuses = await Promise.all(Array.from({ length: count }, fetchOne));
agent.destroy();
console.log(statuses.filter((status) => status === 200).length);
