// A program with an account.
import assert from "node:assert/strict";
import { refused } from "../people.js";

export async function answer(world) {
  const { people, alice, tomatoes, server } = world;
  const bot = await people.register("helper_bot");
  await bot.client.saveUserSettings({ bot_account: true });
  await alice.client.createComment({ post_id: tomatoes.id, content: `What is the weather, @helper_bot@${server.host}?` });
  const { mentions } = await bot.client.getPersonMentions({ unread_only: true, sort: "Old" });
  assert.equal(mentions.length, 1);
  const [call] = mentions;
  const { comment_view } = await bot.client.createComment({
    post_id: call.post.id, parent_id: call.comment.id, content: "Sunny.", language_id: 37,
  });
  assert.equal(comment_view.creator.bot_account, true);
  assert.deepEqual((await bot.client.getUnreadCount()).mentions, 0);
  await refused(bot.client.likePost({ post_id: tomatoes.id, score: 1 }), "invalid_bot_action");
  const { replies } = await alice.client.getReplies({ unread_only: true });
  assert.ok(replies.some((view) => view.creator.name === "helper_bot"));
}
