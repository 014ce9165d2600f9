// Who reads, votes, answers, and keeps an account.
import assert from "node:assert/strict";
import { eventually, PASSWORD, refused } from "../people.js";
import { code } from "../totp.js";

export async function read(world) {
  const { people, alice, bob, gardening, tomatoes, server } = world;
  const visitor = people.visitor();
  assert.ok((await visitor.listCommunities({ type_: "Local" })).communities.length >= 1);
  const shown = await visitor.getCommunity({ name: "gardening" });
  assert.deepEqual(shown.moderators.map((view) => view.moderator.name), ["alice"]);
  await refused(visitor.followCommunity({ community_id: gardening.id, follow: true }), "incorrect_login");
  const followed = await bob.client.followCommunity({ community_id: gardening.id, follow: true });
  assert.equal(followed.community_view.subscribed, "Subscribed");

  const { posts, next_page } = await bob.client.getPosts({ type_: "Subscribed", sort: "New", limit: 1 });
  assert.equal(posts.length, 1);
  const second = await bob.client.getPosts({ type_: "Subscribed", sort: "New", limit: 1, page_cursor: next_page });
  assert.notEqual(second.posts[0].post.id, posts[0].post.id);

  const opened = await bob.client.getPost({ id: tomatoes.id });
  assert.equal(opened.post_view.read, false);
  assert.equal((await bob.client.getPost({ id: tomatoes.id })).post_view.read, true);
  await bob.client.markPostAsRead({ post_ids: [tomatoes.id], read: false });
  await bob.client.hidePost({ post_ids: [tomatoes.id], hide: true });
  await bob.client.hidePost({ post_ids: [tomatoes.id], hide: false });
  const voted = await bob.client.likePost({ post_id: tomatoes.id, score: 1 });
  assert.deepEqual([voted.post_view.counts.score, voted.post_view.my_vote], [2, 1]);
  assert.equal((await bob.client.savePost({ post_id: tomatoes.id, save: true })).post_view.saved, true);

  const { comment_view } = await bob.client.createComment({ post_id: tomatoes.id, content: `Every day, @carol@${server.host}.` });
  world.answer = comment_view.comment;
  const reply = await alice.client.createComment({ post_id: tomatoes.id, parent_id: world.answer.id, content: "Thanks!" });
  assert.equal(reply.comment_view.comment.path, `0.${world.answer.id}.${reply.comment_view.comment.id}`);
  await alice.client.likeComment({ comment_id: world.answer.id, score: 1 });
  assert.equal((await alice.client.saveComment({ comment_id: world.answer.id, save: true })).comment_view.saved, true);
  const tree = await visitor.getComments({ post_id: tomatoes.id, max_depth: 8, sort: "Top" });
  assert.deepEqual(tree.comments.map((view) => view.comment.content.slice(0, 6)), ["Every ", "Thanks"]);
  assert.equal((await visitor.getComment({ id: world.answer.id })).comment_view.counts.child_count, 1);

  const unread = await bob.client.getUnreadCount();
  assert.deepEqual(unread, { replies: 1, mentions: 0, private_messages: 0 });
  const { replies } = await bob.client.getReplies({ unread_only: true });
  const marked = await bob.client.markCommentReplyAsRead({ comment_reply_id: replies[0].comment_reply.id, read: true });
  assert.equal(marked.comment_reply_view.comment_reply.read, true);
  const { mentions } = await world.carol.client.getPersonMentions({ unread_only: true });
  assert.equal(mentions.length, 1);
  await world.carol.client.markPersonMentionAsRead({ person_mention_id: mentions[0].person_mention.id, read: true });
  assert.deepEqual((await world.carol.client.markAllAsRead()).replies, []);

  const found = await eventually(async () => {
    const answer = await visitor.search({ q: "tomatoes", type_: "Posts" });
    return answer.posts.length && answer;
  });
  assert.deepEqual(found.posts.map((view) => view.post.id), [tomatoes.id]);
  const resolved = await bob.client.resolveObject({ q: `${server.origin}/post/${tomatoes.id}` });
  assert.equal(resolved.post.post.id, tomatoes.id);
  const profile = await visitor.getPersonDetails({ username: "bob" });
  assert.equal(profile.comments.length, 1);
}

export async function write(world) {
  const { bob, carol } = world;
  const sent = await carol.client.createPrivateMessage({ content: "Helo", recipient_id: bob.person.id });
  const { id } = sent.private_message_view.private_message;
  const edited = await carol.client.editPrivateMessage({ private_message_id: id, content: "Hello" });
  assert.equal(edited.private_message_view.private_message.content, "Hello");
  const { private_messages } = await bob.client.getPrivateMessages({ unread_only: true });
  assert.deepEqual(private_messages.map((view) => view.private_message.content), ["Hello"]);
  const seen = await bob.client.markPrivateMessageAsRead({ private_message_id: id, read: true });
  assert.equal(seen.private_message_view.private_message.read, true);
  await refused(bob.client.deletePrivateMessage({ private_message_id: id, deleted: true }), "edit_private_message_not_allowed");
  await carol.client.deletePrivateMessage({ private_message_id: id, deleted: true });
  await carol.client.deletePrivateMessage({ private_message_id: id, deleted: false });

  assert.equal((await bob.client.blockPerson({ person_id: carol.person.id, block: true })).blocked, true);
  await refused(carol.client.createPrivateMessage({ content: "And?", recipient_id: bob.person.id }), "person_is_blocked");
  await bob.client.blockPerson({ person_id: carol.person.id, block: false });
  const blocked = await carol.client.blockCommunity({ community_id: world.gardening.id, block: true });
  assert.equal(blocked.blocked, true);
  await carol.client.blockCommunity({ community_id: world.gardening.id, block: false });
}

export async function keepSafe(world) {
  const { people, bob } = world;
  const visitor = people.visitor();
  const logIn = (more) => visitor.login({ username_or_email: "bob", password: PASSWORD, ...more });
  assert.equal((await bob.client.validateAuth()).success, true);
  await refused(visitor.validateAuth(), "not_logged_in");

  const { totp_secret_url } = await bob.client.generateTotpSecret();
  await refused(bob.client.updateTotp({ totp_token: "000000", enabled: true }), "incorrect_totp_token");
  assert.equal((await bob.client.updateTotp({ totp_token: code(totp_secret_url), enabled: true })).enabled, true);
  await refused(logIn(), "missing_totp_token");
  // A code counts once, so the next step's is used: one step of skew is allowed.
  const other = people.member((await logIn({ totp_2fa_token: code(totp_secret_url, 1) })).jwt);
  const logins = await bob.client.listLogins();
  assert.ok(logins.length >= 2);
  assert.equal((await other.logout()).success, true);
  await refused(other.validateAuth(), "not_logged_in");
  world.totp = totp_secret_url;

  await bob.client.donation_dialog_shown();
  await bob.client.saveUserSettings({ bio: "I grow beans.", show_read_posts: true, default_sort_type: "New" });
  const { my_user } = await bob.client.getSite();
  assert.equal(my_user.local_user_view.local_user.default_sort_type, "New");
  assert.equal(my_user.local_user_view.person.bio, "I grow beans.");
}

export async function forget(world) {
  const { people, grace, server } = world;
  const visitor = people.visitor();
  await grace.client.saveUserSettings({ email: "grace@mail.example" });
  const [, token] = await server.mail("grace@mail.example", /verify_email\/([\w-]+)/);
  await refused(visitor.verifyEmail({ token: "nonsense" }), "token_not_found");
  assert.equal((await visitor.verifyEmail({ token })).success, true);

  await refused(visitor.passwordReset({ email: "nobody@mail.example" }), "incorrect_login");
  assert.equal((await visitor.passwordReset({ email: "grace@mail.example" })).success, true);
  const [, key] = await server.mail("grace@mail.example", /password_change\/([\w-]+)/);
  const password = "another horse battery";
  const changed = await visitor.passwordChangeAfterReset({ token: key, password, password_verify: password });
  assert.equal(changed.success, true);
  await refused(visitor.passwordChangeAfterReset({ token: key, password, password_verify: password }), "token_not_found");
  const { jwt } = await visitor.login({ username_or_email: "grace@mail.example", password });
  world.grace = await people.signedIn(jwt);
  const fresh = await world.grace.client.changePassword({
    old_password: password, new_password: PASSWORD, new_password_verify: PASSWORD,
  });
  world.grace = await people.signedIn(fresh.jwt);
}

export async function leave(world) {
  const { people, frank, grace, gardening, tomatoes } = world;
  await frank.client.followCommunity({ community_id: gardening.id, follow: true });
  await frank.client.savePost({ post_id: tomatoes.id, save: true });
  const settings = await frank.client.exportSettings();
  assert.deepEqual(settings.followed_communities, [gardening.actor_id]);
  assert.deepEqual(settings.saved_posts, [tomatoes.ap_id]);
  // Taking along and bringing share a limit of one a day from one address.
  await refused(grace.client.importSettings(settings), "rate_limit_error");
  await refused(frank.client.deleteAccount({ password: "a wrong password", delete_content: true }), "incorrect_login");
  assert.equal((await frank.client.deleteAccount({ password: PASSWORD, delete_content: true })).success, true);
  await refused(people.visitor().login({ username_or_email: "frank", password: PASSWORD }), "deleted");
}
