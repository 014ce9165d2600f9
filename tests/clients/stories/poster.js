// Who writes.
import assert from "node:assert/strict";
import { eventually, refused } from "../people.js";
import { png } from "../server.js";

export async function post(world) {
  const { alice, server } = world;
  await refused(alice.client.createCommunity({ name: "No spaces", title: "x" }), "invalid_name");
  const made = await alice.client.createCommunity({
    name: "gardening", title: "Gardening", description: "Of *plants*.", nsfw: false, posting_restricted_to_mods: false,
  });
  world.gardening = made.community_view.community;
  assert.equal(made.community_view.subscribed, "Subscribed");
  const community_id = world.gardening.id;
  const edited = await alice.client.editCommunity({ community_id, title: "Gardens" });
  assert.equal(edited.community_view.community.title, "Gardens");

  await refused(alice.client.createPost({ name: "x", community_id }), "invalid_post_title");
  const text = await alice.client.createPost({ name: "Tomatoes in June", body: "How much **water**?", community_id });
  world.tomatoes = text.post_view.post;
  assert.equal(text.post_view.my_vote, 1);
  assert.equal(text.post_view.counts.score, 1);
  const link = await alice.client.createPost({ name: "A story about slugs", url: `${server.elsewhere}/story`, community_id });
  world.story = link.post_view.post;

  await refused(world.people.visitor().getSiteMetadata({ url: server.elsewhere }), "incorrect_login");
  const { metadata } = await alice.client.getSiteMetadata({ url: `${server.elsewhere}/story` });
  assert.deepEqual(metadata, {
    title: "A story", description: "What happened", image: `${server.elsewhere}/picture.png`, content_type: "text/html",
  });
  const found = await eventually(async () => {
    const { post_view } = await alice.client.getPost({ id: world.story.id });
    return post_view.post.embed_title && post_view;
  });
  assert.equal(found.post.embed_title, "A story");
  assert.match(found.post.thumbnail_url, /\/pictrs\/image\//);
  assert.deepEqual(
    [found.image_details.width, found.image_details.height, found.image_details.link],
    [96, 64, found.post.thumbnail_url],
  );
}

export async function change(world) {
  const { alice, bob, tomatoes } = world;
  await refused(bob.client.editPost({ post_id: tomatoes.id, name: "Mine now" }), "no_post_edit_allowed");
  const edited = await alice.client.editPost({ post_id: tomatoes.id, body: "How much water, and when?" });
  assert.ok(edited.post_view.post.updated);
  const deleted = await alice.client.deletePost({ post_id: tomatoes.id, deleted: true });
  assert.equal(deleted.post_view.post.deleted, true);
  await refused(bob.client.getPost({ id: tomatoes.id }), "couldnt_find_post");
  await alice.client.deletePost({ post_id: tomatoes.id, deleted: false });

  const { comment_view } = await alice.client.createComment({ post_id: tomatoes.id, content: "A frist thought." });
  const comment_id = comment_view.comment.id;
  const better = await alice.client.editComment({ comment_id, content: "A first thought." });
  assert.equal(better.comment_view.comment.content, "A first thought.");
  assert.equal((await alice.client.deleteComment({ comment_id, deleted: true })).comment_view.comment.deleted, true);
  await alice.client.deleteComment({ comment_id, deleted: false });
}

export async function showPictures(world) {
  const { dave, people, gardening, server } = world;
  const upload = async () => {
    const done = await dave.client.uploadImage({ image: new File([png(400, 200)], "beans.png", { type: "image/png" }) });
    assert.equal(done.msg, "ok");
    return done;
  };
  const kept = await upload();
  assert.ok(kept.url.startsWith(`${server.origin}/pictrs/image/`));
  const small = await fetch(`${kept.url}?format=webp&thumbnail=96`);
  assert.equal(small.headers.get("content-type"), "image/webp");
  const { post_view } = await dave.client.createPost({ name: "My beans", url: kept.url, alt_text: "beans", community_id: gardening.id });
  assert.equal(post_view.post.url, kept.url);

  const gone = await upload();
  const [file] = gone.files;
  const deletion = { token: file.delete_token, filename: file.file };
  assert.equal((await dave.client.listMedia({})).images.length, 2);
  assert.equal(await world.bob.client.deleteImage(deletion), false);
  assert.equal(await dave.client.deleteImage(deletion), true);
  assert.equal((await dave.client.listMedia({})).images.length, 1);
  const avatar = await upload();
  await dave.client.saveUserSettings({ avatar: avatar.url, display_name: "Dave of the beans" });
  const { person_view } = await people.visitor().getPersonDetails({ username: "dave" });
  assert.equal(person_view.person.avatar, avatar.url);
}
