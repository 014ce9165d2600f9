// threadiverse, the library of a widely used app: it finds out by itself what it talks to, and checks each answer against its own schemas.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ThreadiverseClient } from "threadiverse";
import { eventually, PASSWORD, People } from "./people.js";
import { png, startServer } from "./server.js";

const NOT_OF_V3 = ["editCommunityNotifications", "editPostNotifications", "getRandomCommunity"];
const called = new Set();
let server;
let gardening;
let bobs;
const clients = {};

/** A client that notes what is called. */
function client(jwt) {
  const options = { fetchFunction: fetch, headers: jwt ? { Authorization: `Bearer ${jwt}` } : {} };
  return new Proxy(new ThreadiverseClient(server.origin, options), {
    get(target, name) {
      const found = target[name];
      if (typeof found !== "function") return found;
      return (...given) => {
        called.add(name);
        return found.apply(target, given);
      };
    },
  });
}

before(async () => {
  server = await startServer();
  const people = new People(server);
  const root = await people.register("root");
  const limits = {};
  for (const kind of ["message", "post", "register", "image", "comment", "search"]) {
    limits[`rate_limit_${kind}`] = 10_000;
    limits[`rate_limit_${kind}_per_second`] = 60;
  }
  await root.client.createSite({ name: "Valley", registration_mode: "Open", ...limits });
  clients.root = client(root.jwt);
  const { community_view } = await root.client.createCommunity({ name: "gardening", title: "Gardening" });
  gardening = community_view.community;
  await root.client.editSite({ blocked_instances: ["bad.example"] });
});
after(() => server?.stop());

test("a site through threadiverse", async (t) => {
  await t.test("it finds Lemmy's API by itself", async () => {
    const visitor = client();
    const { mode, software } = await visitor.connect();
    assert.equal(mode, "lemmyv0");
    assert.equal(software.name, "lemmy");
    assert.match(software.version, /^0\.19\./);
    assert.equal((await visitor.getSite()).site_view.site.name, "Valley");
    await visitor.getCaptcha();
    assert.ok((await visitor.listCommunities({ mode: "lemmyv0", sort: "Active", type_: "local" })).data.length > 0);
    await visitor.getCommunity({ name: "gardening" });
    const known = await visitor.getFederatedInstances();
    assert.equal(known.federated_instances.blocked[0].domain, "bad.example");
  });

  await t.test("alice and bob sign up and log in", async () => {
    for (const name of ["alice", "bob"]) {
      const { jwt } = await client().register({ username: name, password: PASSWORD, password_verify: PASSWORD, show_nsfw: true });
      clients[name] = client(jwt);
    }
    const { jwt } = await client().login({ username_or_email: "bob", password: PASSWORD });
    const other = client(jwt);
    await other.saveUserSettings({ show_nsfw: false });
    await other.logout();
    bobs = (await clients.bob.getSite()).my_user.local_user_view.person;
  });

  let post;
  let comment;
  await t.test("alice posts, with a picture", async () => {
    const { alice } = clients;
    await alice.getSiteMetadata({ url: `${server.elsewhere}/story` });
    const image = new File([png(80, 60)], "a.png", { type: "image/png" });
    const { url } = await alice.uploadImage({ image });
    const gone = await alice.uploadImage({ image });
    await alice.deleteImage(gone);
    assert.equal((await fetch(gone.url)).status, 404);
    ({ post_view: { post } } = await alice.createPost({ name: "My beans", url, alt_text: "beans", community_id: gardening.id }));
    const { post_view } = await eventually(async () => {
      const found = await alice.getPost({ id: post.id });
      return found.post_view.post.thumbnail_url && found;
    });
    assert.equal(post_view.post.thumbnail_url, url);
    await alice.editPost({ post_id: post.id, name: "My own beans" });
    await alice.deletePost({ post_id: post.id, deleted: true });
    await alice.deletePost({ post_id: post.id, deleted: false });
  });

  await t.test("bob reads, votes and answers", async () => {
    const { alice, bob } = clients;
    await bob.followCommunity({ community_id: gardening.id, follow: true });
    const listed = await bob.getPosts({ mode: "lemmyv0", sort: "Hot", type_: "subscribed" });
    assert.deepEqual(listed.data.map((view) => view.post.name), ["My own beans"]);
    await bob.likePost({ post_id: post.id, is_upvote: true });
    await bob.savePost({ post_id: post.id, save: true });
    await bob.markPostAsRead({ post_ids: [post.id], read: true });
    ({ comment_view: { comment } } = await bob.createComment({ post_id: post.id, content: `Fine beans, @alice@${server.host}.` }));
    await bob.editComment({ comment_id: comment.id, content: `Very fine beans, @alice@${server.host}.` });
    await alice.likeComment({ comment_id: comment.id, is_upvote: true });
    await alice.saveComment({ comment_id: comment.id, save: true });
    await bob.deleteComment({ comment_id: comment.id, deleted: true });
    await bob.deleteComment({ comment_id: comment.id, deleted: false });
    const tree = await bob.getComments({ mode: "lemmyv0", sort: "Hot", post_id: post.id, max_depth: 8 });
    assert.equal(tree.data.length, 1);
    const liked = await bob.listPersonLiked({ like_type: "liked_only" });
    assert.deepEqual(liked.data.map((view) => view.post.id), [post.id]); // one's own is left out
    assert.equal((await bob.listPersonSaved({ person_id: bobs.id })).data.length, 1);
    assert.equal((await bob.listPersonContent({ person_id: bobs.id })).data.length, 1);
    assert.equal((await bob.getPersonDetails({ username: "bob" })).person_view.person.name, "bob");
    const found = await eventually(async () => {
      const answer = await bob.search({ mode: "lemmyv0", search_term: "beans", type_: "all", listing_type: "all" });
      return answer.data.length >= 2 && answer;
    });
    assert.ok(found.data.length >= 2);
    assert.equal((await bob.resolveObject({ q: post.ap_id })).post.post.id, post.id);
  });

  await t.test("alice is told", async () => {
    const { alice, bob } = clients;
    const alices = (await alice.getSite()).my_user.local_user_view.person;
    await bob.createPrivateMessage({ content: "Seeds?", recipient_id: alices.id });
    const count = await alice.getUnreadCount();
    assert.deepEqual(Object.values(count).reduce((sum, each) => sum + each, 0), 2);
    const { data } = await alice.getNotifications({ type_: "all" });
    assert.deepEqual(data.map((view) => view.notification.kind).sort(), ["mention", "private_message"]);
    for (const view of data) {
      await alice.markNotificationAsRead({ kind: view.notification.kind, notification_id: view.notification.id, read: true });
    }
    const message = data.find((view) => view.notification.kind === "private_message");
    await alice.createPrivateMessageReport({ private_message_id: message.data.private_message.id, reason: "no seeds" });
    await alice.markAllAsRead();
  });

  await t.test("the moderator looks after it", async () => {
    const { root, bob } = clients;
    await bob.createPostReport({ post_id: post.id, reason: "not beans" });
    await clients.alice.createCommentReport({ comment_id: comment.id, reason: "rude" });
    const [posts, comments] = [await root.listPostReports({ unresolved_only: true }), await root.listCommentReports({ unresolved_only: true })];
    assert.equal((await root.listReports({ unresolved_only: true })).data.length, 2);
    await root.resolvePostReport({ report_id: posts.data[0].post_report.id, resolved: true });
    await root.resolveCommentReport({ report_id: comments.data[0].comment_report.id, resolved: true });
    await root.lockPost({ post_id: post.id, locked: true });
    await root.featurePost({ post_id: post.id, featured: true, feature_type: "community" });
    await root.removePost({ post_id: post.id, removed: true, reason: "peas" });
    await root.removePost({ post_id: post.id, removed: false });
    await root.removeComment({ comment_id: comment.id, removed: true, reason: "peas" });
    const own = await root.createComment({ post_id: post.id, content: "Beans only." });
    await root.distinguishComment({ comment_id: own.comment_view.comment.id, distinguished: true });
    await root.banFromCommunity({ community_id: gardening.id, person_id: bobs.id, ban: true, reason: "peas" });
    assert.ok((await root.getModlog({})).data.length >= 5);
    await bob.blockCommunity({ community_id: gardening.id, block: true });
    await clients.alice.blockPerson({ person_id: bobs.id, block: true });
    const { federated_instances } = await bob.getFederatedInstances();
    await bob.blockInstance({ instance_id: federated_instances.blocked[0].id, block: true });
  });

  await t.test("every method that it has for this API was called", () => {
    const V0 = Object.getPrototypeOf(client()).constructor.supportedSoftware.find((each) => each.mode === "lemmyv0");
    const methods = Object.getOwnPropertyNames(V0.prototype).filter((name) => name !== "constructor" && name !== "getPostSortType");
    assert.deepEqual(methods.filter((name) => !called.has(name) && !NOT_OF_V3.includes(name)), []);
  });
});
