// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.QueryRequest;

/** The one statement of an {@code exec}, or of an {@code execute}. */
final class ExecStatement extends StreamCall.Statements {
    private final QueryRequest request;
    private final long fetch;
    private boolean begun;

    /** @param fetch how many rows may be sent at first */
    ExecStatement(QueryRequest request, long fetch) {
        this.request = request;
        this.fetch = fetch;
    }

    @Override
    public Step next(boolean lastFailed) {
        if (begun) {
            return null;
        }
        begun = true;
        return call().step(request, new CursorAnswer.Heading(call().id(), -1), fetch, call()::sendError);
    }
}
