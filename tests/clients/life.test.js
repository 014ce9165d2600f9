// The whole life of a site through lemmy-js-client, from the first admin to the last purge; every method of the client is called.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { METHODS, People } from "./people.js";
import { startServer } from "./server.js";
import * as admin from "./stories/admin.js";
import * as bot from "./stories/bot.js";
import * as moderator from "./stories/moderator.js";
import * as poster from "./stories/poster.js";
import * as reader from "./stories/reader.js";

let server;
let people;
before(async () => {
  server = await startServer();
  people = new People(server);
});
after(() => server?.stop());

test("the life of a site", async (t) => {
  const world = { people, server };
  const stories = [
    ["the first person becomes the admin, and sets the site up", admin.setUp],
    ["people apply, are let in or turned away", admin.letIn],
    ["alice founds a community and posts in it", poster.post],
    ["bob reads, votes, answers and saves", reader.read],
    ["carol writes to bob, and bob answers", reader.write],
    ["alice edits, deletes and restores what she wrote", poster.change],
    ["dave shows pictures", poster.showPictures],
    ["bob keeps his account safe", reader.keepSafe],
    ["bob confirms an address and gets back in after forgetting his password", reader.forget],
    ["erin's bot answers who calls it", bot.answer],
    ["alice moderates her community", moderator.moderate],
    ["reports are made and settled", moderator.settleReports],
    ["alice hands her community on", moderator.handOn],
    ["the admin tends the site", admin.tend],
    ["the admin bans and lets back in", admin.ban],
    ["frank takes his settings along and goes", reader.leave],
    ["the admin purges, and hands the site on", admin.purge],
  ];
  for (const [name, story] of stories) {
    await t.test(name, () => story(world));
  }
  await t.test("every method of the client was called", () => {
    const missing = METHODS.filter((name) => !people.called.has(name));
    assert.deepEqual(missing, []);
  });
  await t.test("nothing failed on the server's side", () => {
    assert.doesNotMatch(server.log(), /request_failed/);
  });
});
