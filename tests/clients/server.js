// A server of our own for one test file: fresh database, a page and a picture to link to, mails as files.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Starts the server on a free port; `await stop()` ends it and removes what it kept. */
export async function startServer(environment = {}) {
  const folder = await mkdtemp(join(tmpdir(), "folkmoot-clients-"));
  const elsewhere = await startElsewhere();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = [];
  const child = spawn(process.env.FOLKMOOT_COMMAND ?? join(root, ".venv/bin/folkmoot"), ["serve"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      FOLKMOOT_DATA_DIR: folder,
      FOLKMOOT_DATABASE: process.env.FOLKMOOT_CLIENTS_DATABASE || `sqlite:///${join(folder, "folkmoot.db")}`,
      FOLKMOOT_BIND: `127.0.0.1:${port}`,
      FOLKMOOT_HOSTNAME: `127.0.0.1:${port}`,
      FOLKMOOT_MAIL_SINK: "file",
      // Private addresses may be asked, so that there can be something to link to.
      FOLKMOOT_DEVELOPMENT: "1",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => log.push(String(text)));
  await answering(`${origin}/health`, child, log);
  return {
    origin,
    host: `127.0.0.1:${port}`,
    elsewhere: elsewhere.origin,
    log: () => log.join(""),
    /** The newest mail to an address whose text matches, once it is there. */
    mail: (to, pattern) => newestMail(join(folder, "mail"), to, pattern),
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      elsewhere.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url, child, log) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await pause(100);
  }
  child.kill("SIGKILL");
  throw new Error(`the server does not answer:\n${log.join("")}`);
}

async function freePort() {
  if (process.env.FOLKMOOT_CLIENTS_PORT) return Number(process.env.FOLKMOOT_CLIENTS_PORT);
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function startElsewhere() {
  const server = createServer((request, response) => {
    if (request.url.startsWith("/picture")) {
      response.writeHead(200, { "content-type": "image/png" }).end(png(96, 64));
    } else {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<title>A story</title><meta name="description" content="What happened"><meta property="og:image" content="/picture.png">`);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function newestMail(folder, to, pattern) {
  for (let attempt = 0; attempt < 150; attempt++) {
    for (const name of (await readdir(folder).catch(() => [])).sort().reverse()) {
      const text = decoded(await readFile(join(folder, name), "utf8"));
      const found = text.includes(`To: ${to}`) && text.match(pattern);
      if (found) return found;
    }
    await pause(100);
  }
  throw new Error(`no mail to ${to} that matches ${pattern}`);
}

/** Mails are quoted-printable or base64 where they hold more than ASCII. */
function decoded(mail) {
  const [head, ...rest] = mail.replaceAll("\r\n", "\n").split("\n\n");
  const body = rest.join("\n\n");
  if (/transfer-encoding: base64/i.test(head)) return `${head}\n\n${Buffer.from(body, "base64")}`;
  return `${head}\n\n${body.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))}`;
}

/** A picture of one colour. */
export function png(width, height) {
  const chunk = (name, content) => {
    const inside = Buffer.concat([Buffer.from(name), content]);
    const whole = Buffer.alloc(inside.length + 8);
    whole.writeUInt32BE(content.length, 0);
    inside.copy(whole, 4);
    whole.writeUInt32BE(crc(inside), inside.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height, 120);
  for (let row = 0; row < height; row++) rows[row * (width * 3 + 1)] = 0;
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The checksum of a chunk: Node has one of its own only from 22 on. */
function crc(bytes) {
  let left = ~0;
  for (const byte of bytes) {
    left ^= byte;
    for (let bit = 0; bit < 8; bit++) left = (left >>> 1) ^ (left & 1 ? 0xedb88320 : 0);
  }
  return ~left >>> 0;
}
