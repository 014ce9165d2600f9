// Somebody else's federation against ours: Fedify fetches, follows, writes, votes and reports, and hosts a community that we take part in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as vocab from "@fedify/vocab";
import { startNeighbour } from "./neighbour.js";
import { eventually, People } from "./people.js";
import { startServer } from "./server.js";

const PUBLIC = vocab.PUBLIC_COLLECTION;
let server;
let alice;
let gardening;
let neighbours = [];

before(async () => {
  server = await startServer();
  const people = new People(server);
  const root = await people.register("root");
  await root.client.createSite({ name: "Valley", registration_mode: "Open" });
  alice = await people.register("alice");
  gardening = (await alice.client.createCommunity({ name: "gardening", title: "Gardening" })).community_view.community;
  neighbours = await Promise.all([
    startNeighbour({ address: "127.0.0.2", speaks: "rfc9421" }),
    startNeighbour({ address: "127.0.0.3", speaks: "draft-cavage-http-signatures-12", hears: "rfc9421" }),
  ]);
});
after(async () => {
  await Promise.all(neighbours.map((one) => one.stop()));
  await server?.stop();
});

const post = async (name, more = {}) =>
  (await alice.client.createPost({ name, community_id: gardening.id, ...more })).post_view.post;
const comments = async (post_id) => (await alice.client.getComments({ post_id })).comments;

test("Fedify reads what we show", async () => {
  const [there] = neighbours;
  const soil = await post("Soil", { body: "Peat *free*", url: "https://soil.example/peat" });
  const group = await there.look(gardening.actor_id);
  assert.ok(group instanceof vocab.Group);
  assert.equal((await group.getPublicKey(there.ctx)).ownerId.href, gardening.actor_id);
  assert.equal((await there.ctx.lookupWebFinger(group.id)).subject, `acct:gardening@${server.host}`);
  const page = await there.look(soil.ap_id);
  assert.ok(page instanceof vocab.Page);
  assert.equal(String(page.name), "Soil");
  assert.equal(String(page.content).trim(), "<p>Peat <em>free</em></p>");
  assert.equal(page.attributionId.href, alice.person.actor_id);
  const outbox = [];
  for await (const item of there.ctx.traverseCollection(await there.look(`${gardening.actor_id}/outbox`))) outbox.push(item);
  assert.equal(outbox.length, 1);
  assert.ok((await there.look(`${server.origin}/`)) instanceof vocab.Application);
});

for (const [number, speech] of ["RFC 9421", "draft-cavage, and hears only RFC 9421"].entries()) {
  test(`a server that speaks ${speech} takes part here`, async () => {
    const there = neighbours[number];
    const group = await there.look(gardening.actor_id);
    const person = await there.look(alice.person.actor_id);
    const mention = new vocab.Mention({ href: person.id, name: `@alice@${server.host}` });
    await there.send("dave", group, "Follow", { object: group.id });
    await there.arrives("Accept", 0);

    const seeds = await post(`Seeds for who speaks ${speech}`);
    const created = await there.arrives("Create", 0);
    assert.equal((await created.getObject(there.ctx)).id.href, seeds.ap_id);

    const note = there.keep("Note", "dave", "From <b>elsewhere</b>", { replyTarget: new URL(seeds.ap_id), ccs: [group.id], tags: [mention] });
    await there.send("dave", [group, person], "Create", { object: note, tos: [PUBLIC] });
    const find = async () => (await comments(seeds.id)).find((view) => view.comment.ap_id === note.id.href);
    const stands = await eventually(find);
    assert.equal(stands.comment.content, "From **elsewhere**");
    assert.equal(stands.creator.actor_id, there.uri("dave").href);
    await there.send("dave", group, "Update", { object: there.change(note, { content: "<p>Changed</p>" }), tos: [PUBLIC] });
    await eventually(async () => (await find()).comment.content === "Changed");

    const score = async () => (await alice.client.getPost({ id: seeds.id })).post_view.counts.score;
    const like = await there.send("erin", group, "Like", { object: new URL(seeds.ap_id) });
    await eventually(async () => (await score()) === 2);
    await there.send("erin", group, "Undo", { object: like });
    await eventually(async () => (await score()) === 1);
    await there.send("erin", group, "Dislike", { object: new URL(seeds.ap_id) });
    await eventually(async () => (await score()) === 0);

    await there.send("erin", group, "Flag", { object: new URL(seeds.ap_id), content: "off topic", tos: [group.id] });
    const reported = await eventually(async () =>
      (await alice.client.listPostReports({})).post_reports.find((view) => view.post.id === seeds.id));
    assert.equal(reported.post_report.reason, "off topic");

    const whisper = there.keep("Note", "dave", "psst", { tos: [person.id], tags: [mention] });
    await there.send("dave", person, "Create", { object: whisper, tos: [person.id] });
    const heard = await eventually(async () =>
      (await alice.client.getPrivateMessages({ unread_only: true })).private_messages
        .find((view) => view.creator.actor_id === there.uri("dave").href));
    const before = there.got.length;
    await alice.client.createPrivateMessage({ content: "psst *too*", recipient_id: heard.creator.id });
    const back = await (await there.arrives("Create", before)).getObject(there.ctx);
    assert.equal(String(back.content).trim(), "<p>psst <em>too</em></p>");
    assert.deepEqual(back.toIds.map(String), [there.uri("dave").href]);

    const { comment } = stands;
    await alice.client.featurePost({ post_id: seeds.id, featured: true, feature_type: "Community" });
    await there.arrives("Add", before, (add) => add.objectId.href === seeds.ap_id);
    await alice.client.removeComment({ comment_id: comment.id, removed: true, reason: "Rule 3" });
    await there.arrives("Delete", before, (gone) => gone.objectId.href === comment.ap_id && String(gone.summary) === "Rule 3");
    const expires = Math.floor(Date.now() / 1000) + 86_400;
    await alice.client.banFromCommunity({ community_id: gardening.id, person_id: stands.creator.id, ban: true, expires });
    await there.arrives("Block", before, (ban) => ban.endTime.epochMilliseconds === expires * 1000);
    assert.deepEqual(there.unread, []);
    assert.deepEqual(new Set(there.styles), new Set([number === 0 ? "draft" : "rfc9421"]));
  });
}

test("we take part in a community of theirs", async () => {
  const [there] = neighbours;
  const { client } = alice;
  const { community } = (await client.resolveObject({ q: `!${there.handle("pottery")}` })).community;
  await client.followCommunity({ community_id: community.id, follow: true });
  const follow = await there.arrives("Follow", 0, (asked) => asked.objectId.href === there.uri("pottery").href);
  const person = await there.look(alice.person.actor_id);
  await there.send("pottery", person, "Accept", { object: follow });
  await eventually(async () => (await client.getCommunity({ id: community.id })).community_view.subscribed === "Subscribed");

  const announce = (object) =>
    there.send("pottery", person, "Announce", { object, tos: [PUBLIC] }, { preferSharedInbox: true });
  const inside = (kind, name, object) =>
    new vocab[kind]({ id: new URL(`#${kind}`, object.id ?? object), actor: there.uri(name), object, tos: [PUBLIC] });
  const page = there.keep("Page", "dave", "A <i>bowl</i>", { name: "Bowls", audience: there.uri("pottery"), ccs: [there.uri("pottery")] });
  await announce(inside("Create", "dave", page));
  const posts = async () => (await client.getPosts({ community_id: community.id })).posts;
  const bowls = await eventually(async () => (await posts()).find((view) => view.post.ap_id === page.id.href));
  assert.equal(bowls.post.body, "A *bowl*");
  const note = there.keep("Note", "erin", "Glaze it", { replyTarget: page.id, audience: there.uri("pottery") });
  await announce(note.id);
  const find = async () => (await comments(bowls.post.id)).find((view) => view.comment.ap_id === note.id.href);
  const glaze = await eventually(find);
  await announce(inside("Like", "dave", note.id));
  await eventually(async () => (await find()).counts.upvotes === 2);

  const before = there.got.length;
  await client.createComment({ post_id: bowls.post.id, parent_id: glaze.comment.id, content: "In **blue**" });
  const mine = await (await there.arrives("Create", before)).getObject(there.ctx);
  assert.equal(mine.replyTargetId.href, note.id.href);
  await client.likePost({ post_id: bowls.post.id, score: 1 });
  await there.arrives("Like", before, (like) => like.objectId.href === page.id.href);
  await client.likePost({ post_id: bowls.post.id, score: 0 });
  await there.arrives("Undo", before);
  await announce(inside("Delete", "erin", note.id));
  await eventually(async () => (await client.getComment({ id: glaze.comment.id })).comment_view.comment.deleted);
  await client.followCommunity({ community_id: community.id, follow: false });
  await there.arrives("Undo", before, async (undo) => (await undo.getObject(there.ctx)) instanceof vocab.Follow);
});
