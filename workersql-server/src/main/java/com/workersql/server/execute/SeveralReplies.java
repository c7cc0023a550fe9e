// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

/** A target that can carry the replies to several statements of one text, one behind the other, as one reply. */
public interface SeveralReplies extends ReplyTarget {
    /**
     * Announces the reply to a statement of the text, before it begins. An error ends the whole.
     *
     * @param next run behind this reply unless it is an error; null for the last one
     */
    void nextReply(Runnable next);
}
