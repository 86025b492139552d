// node_server.mjs: as hello_server.c, with Node's http.

import http from "node:http";

const body = '{"message":"Hello, World!"}';
const headers = { "Content-Type": "application/json", "Content-Length": body.length };

const server = http.createServer((request, response) => {
  const known = request.method === "GET" && request.url === "/json";
  response.writeHead(known ? 200 : 404, headers);
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
