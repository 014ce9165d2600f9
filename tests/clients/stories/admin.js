// Whoever runs the site.
import assert from "node:assert/strict";
import { PASSWORD, refused } from "../people.js";

export async function setUp(world) {
  const { people } = world;
  const visitor = people.visitor();
  const before = await visitor.getSite();
  assert.deepEqual(before.admins, []);
  assert.match(before.version, /^0\.19\.\d+$/);
  await refused(visitor.createSite({ name: "Nobody's" }), "incorrect_login");
  assert.deepEqual(await visitor.getCaptcha(), {});

  world.root = await people.register("root");
  const limits = {};
  for (const kind of ["message", "post", "register", "image", "comment", "search"]) {
    limits[`rate_limit_${kind}`] = 10_000;
    limits[`rate_limit_${kind}_per_second`] = 60;
  }
  const made = await world.root.client.createSite({
    name: "Golden Valley",
    description: "A valley",
    registration_mode: "Open",
    enable_downvotes: true,
    ...limits,
  });
  assert.equal(made.site_view.site.name, "Golden Valley");
  await refused(world.root.client.createSite({ name: "Twice" }), "site_already_exists");
  const site = await visitor.getSite();
  assert.deepEqual(site.admins.map((view) => view.person.name), ["root"]);
  assert.equal(site.all_languages.length, 184);
}

export async function letIn(world) {
  const { people, root } = world;
  for (const name of ["alice", "bob", "carol", "dave", "erin", "frank"]) world[name] = await people.register(name);
  await root.client.editSite({ registration_mode: "RequireApplication", application_question: "Why?" });
  const apply = (username, answer) =>
    people.visitor().register({ username, password: PASSWORD, password_verify: PASSWORD, answer });
  await refused(apply("grace"), "registration_application_answer_required");
  const waiting = await apply("grace", "I like valleys.");
  assert.equal(waiting.jwt, undefined);
  assert.equal(waiting.registration_created, true);
  await apply("mallory", "Buy my pills.");
  await refused(people.visitor().login({ username_or_email: "grace", password: PASSWORD }), "registration_application_is_pending");

  assert.equal((await root.client.getUnreadRegistrationApplicationCount()).registration_applications, 2);
  const { registration_applications } = await root.client.listRegistrationApplications({ unread_only: true });
  const [grace, mallory] = ["grace", "mallory"].map((name) => registration_applications.find((view) => view.creator.name === name));
  const approved = await root.client.approveRegistrationApplication({ id: grace.registration_application.id, approve: true });
  assert.equal(approved.registration_application.admin.name, "root");
  await root.client.approveRegistrationApplication({ id: mallory.registration_application.id, approve: false, deny_reason: "No." });
  const read = await root.client.getRegistrationApplication({ person_id: mallory.creator.id });
  assert.equal(read.registration_application.registration_application.deny_reason, "No.");
  await refused(people.visitor().login({ username_or_email: "mallory", password: PASSWORD }), "registration_denied");
  const { jwt } = await people.visitor().login({ username_or_email: "GRACE", password: PASSWORD });
  world.grace = await people.signedIn(jwt);
  await root.client.editSite({ registration_mode: "Open" });
}

export async function tend(world) {
  const { people, root, gardening, alice } = world;
  const edited = await root.client.editSite({
    sidebar: "**Rules**: be kind.",
    taglines: ["Water in the morning"],
    blocked_urls: ["spam.example"],
    blocked_instances: ["bad.example"],
    discussion_languages: [0, 37],
  });
  assert.equal(edited.site_view.site.sidebar, "**Rules**: be kind.");
  const site = await people.visitor().getSite();
  assert.equal(site.taglines[0].content, "Water in the morning");
  assert.equal(site.blocked_urls[0].url, "spam.example");
  await refused(
    alice.client.createPost({ name: "Spam", url: "https://spam.example/x", community_id: gardening.id }),
    "blocked_url",
  );

  const known = await root.client.getFederatedInstances();
  const bad = known.federated_instances.blocked.find((one) => one.domain === "bad.example");
  const block = await alice.client.blockInstance({ instance_id: bad.id, block: true });
  assert.equal(block.blocked, true);

  const emoji = await root.client.createCustomEmoji({
    category: "plants", shortcode: "Leek", image_url: "https://pics.example/leek.png", alt_text: "a leek", keywords: ["vegetable"],
  });
  const { id } = emoji.custom_emoji.custom_emoji;
  assert.equal(emoji.custom_emoji.custom_emoji.shortcode, "leek");
  const changed = await root.client.editCustomEmoji({
    id, category: "plants", image_url: "https://pics.example/leek2.png", alt_text: "two leeks", keywords: [],
  });
  assert.equal(changed.custom_emoji.custom_emoji.alt_text, "two leeks");
  assert.equal((await root.client.deleteCustomEmoji({ id })).success, true);

  assert.equal((await root.client.hideCommunity({ community_id: gardening.id, hidden: true, reason: "quiet" })).success, true);
  await root.client.hideCommunity({ community_id: gardening.id, hidden: false });
  const removed = await root.client.removeCommunity({ community_id: gardening.id, removed: true, reason: "a mistake" });
  assert.equal(removed.community_view.community.removed, true);
  await root.client.removeCommunity({ community_id: gardening.id, removed: false });

  const { images } = await root.client.listAllMedia({ limit: 50 });
  assert.ok(images.length > 0);
  await refused(alice.client.listAllMedia({}), "not_an_admin");
}

export async function ban(world) {
  const { people, root, dave } = world;
  const done = await root.client.banPerson({ person_id: dave.person.id, ban: true, reason: "spam", remove_data: false });
  assert.equal(done.banned, true);
  await refused(people.visitor().login({ username_or_email: "dave", password: PASSWORD }), "site_ban");
  assert.ok((await root.client.getBannedPersons()).banned.some((view) => view.person.name === "dave"));
  await root.client.banPerson({ person_id: dave.person.id, ban: false });
  const log = await root.client.getModlog({ limit: 50, type_: "ModBan" });
  assert.deepEqual(log.banned.map((view) => view.mod_ban.banned), [false, true]);
  assert.deepEqual(log.removed_posts, []);
}

export async function purge(world) {
  const { people, root, alice, bob, dave } = world;
  const { community_view } = await root.client.createCommunity({ name: "compost", title: "Compost" });
  const community_id = community_view.community.id;
  const { post_view } = await dave.client.createPost({ name: "Worms", community_id }).catch(async () => {
    // The ban ended his sessions.
    world.dave = await people.signedIn((await people.visitor().login({ username_or_email: "dave", password: PASSWORD })).jwt);
    return world.dave.client.createPost({ name: "Worms", community_id });
  });
  const { comment_view } = await bob.client.createComment({ post_id: post_view.post.id, content: "Lovely." });
  await refused(alice.client.purgeComment({ comment_id: comment_view.comment.id }), "not_an_admin");
  const purges = [
    ["admin_purged_comments", () => root.client.purgeComment({ comment_id: comment_view.comment.id, reason: "gone" })],
    ["admin_purged_posts", () => root.client.purgePost({ post_id: post_view.post.id, reason: "gone" })],
    ["admin_purged_communities", () => root.client.purgeCommunity({ community_id, reason: "gone" })],
    ["admin_purged_persons", () => root.client.purgePerson({ person_id: dave.person.id, reason: "gone" })],
  ];
  for (const [list, purged] of purges) {
    assert.equal((await purged()).success, true);
    // The next purge takes along what the log says of things within.
    assert.equal((await root.client.getModlog({ limit: 50 }))[list].length, 1, list);
  }
  await refused(root.client.getPost({ id: post_view.post.id }), "couldnt_find_post");

  const { admins } = await root.client.addAdmin({ person_id: alice.person.id, added: true });
  assert.deepEqual(admins.map((view) => view.person.name).sort(), ["alice", "root"]);
  const left = await root.client.leaveAdmin();
  assert.deepEqual(left.admins.map((view) => view.person.name), ["alice"]);
  await refused(alice.client.leaveAdmin(), "cannot_leave_admin");
}
