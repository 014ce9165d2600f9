// A server that is not ours: a person, a voter and a community of their own on Fedify, which signs, verifies and reads JSON-LD its own way.
import { once } from "node:events";
import { createServer } from "node:http";
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import * as vocab from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { eventually } from "./people.js";

const NAMES = ["dave", "erin", "pottery"];
// Fedify's own are twice as long, and take seconds each.
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
const PUBLIC = vocab.PUBLIC_COLLECTION;

/**
 * Starts it on an address of its own on loopback. `speaks` is how it signs first, `rfc9421` or `draft-cavage-http-signatures-12`;
 * `hears` the only way in which it lets itself be spoken to, `rfc9421` or `draft`, or both where it is left out.
 */
export async function startNeighbour({ address = "127.0.0.2", speaks = "rfc9421", hears } = {}) {
  const neighbour = new Neighbour();
  neighbour.hears = hears;
  const listener = createServer((request, response) => neighbour.answer(request, response)).listen(0, address);
  await once(listener, "listening");
  neighbour.listener = listener;
  neighbour.origin = `http://${address}:${listener.address().port}`;
  await neighbour.open(speaks);
  return neighbour;
}

class Neighbour {
  /** What was delivered, in order, already read by Fedify. */
  got = [];
  /** How each delivery was signed: `rfc9421` or `draft`. */
  styles = [];
  /** What could not be read. */
  unread = [];
  #objects = new Map();
  #followers = [];
  #number = 0;

  async open(speaks) {
    const keys = {};
    for (const name of NAMES) {
      keys[name] = [await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]), await generateCryptoKeyPair("Ed25519")];
    }
    const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true, firstKnock: speaks });
    federation.setActorDispatcher("/users/{identifier}", (ctx, name) => keys[name] && actor(ctx, name))
      .mapHandle((_, name) => name)
      .setKeyPairsDispatcher((_, name) => keys[name] ?? []);
    federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: this.#followers }));
    federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
    federation.setObjectDispatcher(vocab.Note, "/things/{id}", (_, { id }) => this.#objects.get(id) ?? null);
    federation.setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .on(vocab.Activity, (_, activity) => void this.got.push(activity))
      .onError((_, error) => void this.unread.push(error));
    this.federation = federation;
    this.ctx = federation.createContext(new URL(this.origin), undefined);
  }

  async answer(request, response) {
    const body = Buffer.concat(await request.toArray());
    const style = request.headers["signature-input"] ? "rfc9421" : "draft";
    if (request.method === "POST") {
      if (this.hears && style !== this.hears) return response.writeHead(401).end();
      this.styles.push(style);
    }
    const asked = new Request(`${this.origin}${request.url}`, {
      method: request.method,
      headers: new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: request.method === "POST" ? body : undefined,
    });
    const said = await this.federation.fetch(asked, { contextData: undefined });
    response.writeHead(said.status, Object.fromEntries(said.headers)).end(Buffer.from(await said.arrayBuffer()));
  }

  uri(name) {
    return this.ctx.getActorUri(name);
  }

  handle(name) {
    return `${name}@${new URL(this.origin).host}`;
  }

  /** What lies at an address, read with Fedify's vocabulary. */
  look(address) {
    return this.ctx.lookupObject(address);
  }

  /** Delivers an activity, whose members are given; answered with anything but 2xx, it throws. */
  async send(name, to, kind, members, options = {}) {
    const activity = new vocab[kind]({ id: this.#next("activities"), actor: this.uri(name), ...members });
    await this.ctx.sendActivity({ identifier: name }, to, activity, { immediate: true, ...options });
    return activity;
  }

  /** Something that can be fetched here from now on. */
  keep(kind, name, content, members) {
    const id = this.#next("things");
    return this.#put(new vocab[kind]({
      id, attribution: this.uri(name), content: `<p>${content}</p>`, tos: [PUBLIC], published: Temporal.Now.instant(), ...members,
    }));
  }

  /** Another version of it. Without `updated` nobody could tell which one is newer. */
  change(object, members) {
    return this.#put(object.clone({ updated: Temporal.Now.instant(), ...members }));
  }

  /** The first delivery of a kind since `since` for which `right` holds; an Announce counts as what is inside. */
  arrives(kind, since, right = () => true) {
    return eventually(async () => {
      for (const activity of this.got.slice(since)) {
        const inner = activity instanceof vocab.Announce ? await activity.getObject(this.#believing()) : activity;
        if (inner instanceof vocab[kind] && (await right(inner, activity))) return inner;
      }
      return undefined;
    });
  }

  async stop() {
    this.listener.closeAllConnections();
    this.listener.close();
    await once(this.listener, "close");
  }

  #put(object) {
    this.#objects.set(object.id.pathname.split("/").pop(), object);
    return object;
  }

  /** What is embedded is taken as it stands: whose it is was looked at by the inbox. */
  #believing() {
    return { ...this.ctx, crossOrigin: "trust" };
  }

  #next(folder) {
    return new URL(`/${folder}/${++this.#number}`, this.origin);
  }
}

async function actor(ctx, name) {
  const pairs = await ctx.getActorKeyPairs(name);
  const kind = name === "pottery" ? vocab.Group : vocab.Person;
  return new kind({
    id: ctx.getActorUri(name), preferredUsername: name, name, inbox: ctx.getInboxUri(name), outbox: ctx.getOutboxUri(name),
    followers: ctx.getFollowersUri(name), endpoints: new vocab.Endpoints({ sharedInbox: ctx.getInboxUri() }),
    publicKey: pairs[0].cryptographicKey, assertionMethods: pairs.map((pair) => pair.multikey),
  });
}
