// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.error;

/** What is known about the statement that an error answers. It is part of every error that leaves the gateway. */
public enum Outcome {
    /** It is proven that the statement changed nothing. */
    NOT_EXECUTED("not_executed"),
    /** The statement may or may not have taken effect: it was sent and its answer was lost. */
    UNKNOWN("unknown"),
    /** The statement ran; only the delivery of its result failed. */
    EXECUTED("executed");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    /**
     * The spelling in JSON bodies.
     *
     * @return for example {@code not_executed}
     */
    public String text() {
        return text;
    }
}
