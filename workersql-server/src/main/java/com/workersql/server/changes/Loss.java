// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

/**
 * Why changes are missed.
 *
 * @param kind for programs
 * @param text for people; without anything that another tenant has to do with
 */
public record Loss(Kind kind, String text) {
    /** The kinds of losses. */
    public enum Kind {
        /** The subscriber has not taken what waited for it. */
        SLOW,
        /** The shard's log does not go back to the position any more. */
        PURGED,
        /** The shard's server does not know the position: it was restored, or took over without the last transactions. */
        DIVERGED,
        /** The log has something that cannot be told as changes of rows. */
        UNREADABLE,
        /** The rows are elsewhere, or somebody else's, by a new policy. */
        MOVED
    }

    /** Whether what was missed can still be read behind the last position. */
    boolean canResume() {
        return kind == Kind.SLOW;
    }

    static Loss slow(String text) {
        return new Loss(Kind.SLOW, text);
    }

    static Loss unreadable(String text) {
        return new Loss(Kind.UNREADABLE, text);
    }
}
