// Who looks after a community.
import assert from "node:assert/strict";
import { refused } from "../people.js";

export async function moderate(world) {
  const { alice, bob, erin, gardening, tomatoes, answer } = world;
  await refused(bob.client.lockPost({ post_id: tomatoes.id, locked: true }), "not_a_mod_or_admin");
  assert.equal((await alice.client.lockPost({ post_id: tomatoes.id, locked: true })).post_view.post.locked, true);
  await refused(bob.client.createComment({ post_id: tomatoes.id, content: "But…" }), "locked");
  await alice.client.lockPost({ post_id: tomatoes.id, locked: false });
  const pinned = await alice.client.featurePost({ post_id: tomatoes.id, featured: true, feature_type: "Community" });
  assert.equal(pinned.post_view.post.featured_community, true);

  const votes = await alice.client.listPostLikes({ post_id: tomatoes.id });
  assert.ok(votes.post_likes.some((view) => view.creator.name === "bob" && view.score === 1));
  assert.equal((await alice.client.listCommentLikes({ comment_id: answer.id })).comment_likes.length, 2);

  const { comment_view } = await alice.client.createComment({ post_id: tomatoes.id, content: "Be kind." });
  const said = await alice.client.distinguishComment({ comment_id: comment_view.comment.id, distinguished: true });
  assert.equal(said.comment_view.comment.distinguished, true);
  const gone = await alice.client.removeComment({ comment_id: answer.id, removed: true, reason: "off topic" });
  assert.equal(gone.comment_view.comment.removed, true);
  await alice.client.removeComment({ comment_id: answer.id, removed: false });
  const { post_view } = await erin.client.createPost({ name: "Cheap pots", community_id: gardening.id });
  await alice.client.removePost({ post_id: post_view.post.id, removed: true, reason: "an advertisement" });

  const banned = await alice.client.banFromCommunity({ community_id: gardening.id, person_id: erin.person.id, ban: true, reason: "pots" });
  assert.equal(banned.banned, true);
  await refused(erin.client.createPost({ name: "More pots", community_id: gardening.id }), "banned_from_community");
  await alice.client.banFromCommunity({ community_id: gardening.id, person_id: erin.person.id, ban: false });
  const log = await bob.client.getModlog({ community_id: gardening.id, limit: 50 });
  assert.deepEqual(log.removed_posts.map((view) => view.mod_remove_post.reason), ["an advertisement"]);
  assert.equal(log.banned_from_community.length, 2);
}

export async function settleReports(world) {
  const { root, alice, bob, carol, gardening, tomatoes, answer } = world;
  await refused(bob.client.createPostReport({ post_id: tomatoes.id, reason: "" }), "report_reason_required");
  const post = await bob.client.createPostReport({ post_id: tomatoes.id, reason: "too wet" });
  const comment = await carol.client.createCommentReport({ comment_id: answer.id, reason: "too dry" });
  const count = await alice.client.getReportCount({ community_id: gardening.id });
  assert.deepEqual([count.post_reports, count.comment_reports], [1, 1]);
  assert.equal((await alice.client.listPostReports({ unresolved_only: true })).post_reports.length, 1);
  assert.equal((await alice.client.listCommentReports({ unresolved_only: true })).comment_reports.length, 1);
  const settled = await alice.client.resolvePostReport({ report_id: post.post_report_view.post_report.id, resolved: true });
  assert.equal(settled.post_report_view.resolver.name, "alice");
  await alice.client.resolveCommentReport({ report_id: comment.comment_report_view.comment_report.id, resolved: true });

  const { private_message_view } = await carol.client.createPrivateMessage({ content: "Pills?", recipient_id: bob.person.id });
  const message = await bob.client.createPrivateMessageReport({
    private_message_id: private_message_view.private_message.id, reason: "pills",
  });
  assert.equal((await root.client.listPrivateMessageReports({})).private_message_reports.length, 1);
  const { private_message_report_view } = await root.client.resolvePrivateMessageReport({
    report_id: message.private_message_report_view.private_message_report.id, resolved: true,
  });
  assert.equal(private_message_report_view.private_message_report.resolved, true);
}

export async function handOn(world) {
  const { alice, bob, gardening } = world;
  const community_id = gardening.id;
  const team = await alice.client.addModToCommunity({ community_id, person_id: bob.person.id, added: true });
  assert.deepEqual(team.moderators.map((view) => view.moderator.name), ["alice", "bob"]);
  const handed = await alice.client.transferCommunity({ community_id, person_id: bob.person.id });
  assert.equal(handed.moderators[0].moderator.name, "bob");
  const closed = await bob.client.deleteCommunity({ community_id, deleted: true });
  assert.equal(closed.community_view.community.deleted, true);
  await bob.client.deleteCommunity({ community_id, deleted: false });
}
