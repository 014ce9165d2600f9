// Everybody's client, and a record of what was called.
import assert from "node:assert/strict";
import { LemmyHttp } from "lemmy-js-client";

export const PASSWORD = "correct horse battery";
export const METHODS = Object.getOwnPropertyNames(LemmyHttp.prototype).filter((name) => name !== "constructor");

/** Whose methods are all noted in `called`. */
export class People {
  called = new Set();

  constructor(server) {
    this.server = server;
  }

  /** A client without a session. */
  visitor() {
    return new Proxy(new LemmyHttp(this.server.origin), {
      get: (client, name) => {
        const found = client[name];
        if (typeof found !== "function") return found;
        return (...given) => {
          this.called.add(name);
          return found.apply(client, given);
        };
      },
    });
  }

  /** A client with a session. */
  member(jwt) {
    const client = this.visitor();
    client.setHeaders({ Authorization: `Bearer ${jwt}` });
    return client;
  }

  /** Somebody new: their client and their person. */
  async register(username, more = {}) {
    const form = { username, password: PASSWORD, password_verify: PASSWORD, show_nsfw: false, ...more };
    const { jwt } = await this.visitor().register(form);
    return this.signedIn(jwt);
  }

  async signedIn(jwt) {
    assert.ok(jwt, "no session came");
    const client = this.member(jwt);
    const { my_user } = await client.getSite();
    return { client, jwt, person: my_user.local_user_view.person, name: my_user.local_user_view.person.name };
  }
}

/** That a call is refused under a name. */
export async function refused(promise, name) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.name, name);
    return true;
  });
}

/** What background work brings about. */
export async function eventually(look) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nothing came of it");
}
