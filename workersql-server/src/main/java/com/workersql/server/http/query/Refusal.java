// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;

/** A request that cannot be run as it is, with the error that its sender gets. Carries no stack trace: it is an answer. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** MySQL's ER_WRONG_ARGUMENTS. */
    private static final int WRONG_ARGUMENTS = 1210;

    @SuppressWarnings("serial") // Never serialized: it does not leave the gateway.
    private final transient GatewayError error;

    /**
     * A refusal.
     *
     * @param error what the sender gets
     */
    public Refusal(GatewayError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /**
     * What the sender gets.
     *
     * @return never null
     */
    public GatewayError error() {
        return error;
    }

    /**
     * The request is malformed.
     *
     * @param message what was found and what is allowed
     * @return 1210 with class {@link ErrorClass#SYNTAX}
     */
    public static Refusal malformed(String message) {
        return new Refusal(error(ErrorClass.SYNTAX, message));
    }

    /**
     * The request asks for what the gateway does not do.
     *
     * @param message what, and what there is instead
     * @return 1235 with class {@link ErrorClass#UNSUPPORTED}
     */
    public static Refusal unsupported(String message) {
        return new Refusal(GatewayError.refused(1235, "42000", message));
    }

    /**
     * An error of the request itself, before a statement was looked at.
     *
     * @param errorClass decides the status
     * @param message what was found and what is allowed
     * @return an error of number 1210, which says that arguments are wrong
     */
    public static GatewayError error(ErrorClass errorClass, String message) {
        return new GatewayError(WRONG_ARGUMENTS, "HY000", message, errorClass, Outcome.NOT_EXECUTED);
    }
}
