// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.util.function.Supplier;

/**
 * A client's answer that takes long: a KDC may have to be asked for a ticket. Run it once, on any thread but an event loop, then call
 * {@link ClientHandshake#computed}; whoever passes it between threads orders the two.
 */
public final class Computation implements Runnable {
    private final Supplier<Bytes> source;

    private Bytes answer;
    private RuntimeException failure = ProtocolException.badHandshake("the answer to the server was not computed");

    Computation(Supplier<Bytes> source) {
        this.source = source;
    }

    @Override
    public void run() {
        try {
            answer = source.get();
            failure = null;
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** What is to be sent; null for nothing. */
    Bytes answer() {
        if (failure != null) {
            throw failure;
        }
        return answer;
    }
}
