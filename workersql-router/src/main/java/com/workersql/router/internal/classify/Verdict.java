// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.LocalAction;
import com.workersql.router.StatementInfo;

/**
 * What the tokens alone say of a statement.
 *
 * @param info what it is
 * @param route how to go on
 * @param action what the gateway does itself, for {@link Route#LOCAL}
 * @param errno the error of {@link Route#REFUSED}
 * @param sqlState its SQLSTATE
 * @param reason its message
 * @param innerToken the token of the text within the text, for {@link Route#INNER_TEXT}
 */
public record Verdict(
        StatementInfo info,
        Route route,
        LocalAction action,
        int errno,
        String sqlState,
        String reason,
        int innerToken) {

    /** How to go on with a statement. */
    public enum Route {
        /** Its tables decide; the grammar has to see it. */
        ANALYSE,
        /** Its names decide, and a look at them suffices. */
        NAMES,
        /** It goes wherever the session is. */
        SESSION,
        /** The gateway does it. */
        LOCAL,
        /** It is about a text that it holds as a literal. */
        INNER_TEXT,
        /** It is several statements, each of which is to be planned by itself. */
        SEVERAL,
        /** It is not run. */
        REFUSED
    }

    static Verdict route(StatementInfo info, Route route) {
        return new Verdict(info, route, null, 0, null, null, -1);
    }

    static Verdict local(StatementInfo info, LocalAction action) {
        return new Verdict(info, Route.LOCAL, action, 0, null, null, -1);
    }

    static Verdict inner(StatementInfo info, int token) {
        return new Verdict(info, Route.INNER_TEXT, null, 0, null, null, token);
    }

    static Verdict refused(StatementInfo info, int errno, String sqlState, String reason) {
        return new Verdict(info, Route.REFUSED, null, errno, sqlState, reason, -1);
    }
}
